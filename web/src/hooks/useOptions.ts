/** What the server offers; asked again until it answers. */

import { useEffect, useState } from "react";
import { ApiError, api } from "../api/client";
import type { Options } from "../api/types";
import { backoffMs } from "../session/backoff";

export function useOptions(): { options: Options | null; problem: ApiError | null } {
  const [options, setOptions] = useState<Options | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  useEffect(() => {
    let handle: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const ask = (attempt: number): void => {
      api
        .options()
        .then((answer) => {
          if (gone) return;
          setOptions(answer);
          setProblem(null);
        })
        .catch((error: unknown) => {
          if (gone) return;
          if (error instanceof ApiError) setProblem(error);
          handle = setTimeout(() => ask(attempt + 1), backoffMs(attempt));
        });
    };
    ask(0);
    return () => {
      gone = true;
      clearTimeout(handle);
    };
  }, []);
  return { options, problem };
}
