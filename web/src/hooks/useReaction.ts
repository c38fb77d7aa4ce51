/** Says to the server what a song was like, and remembers what was said. */

import { useState } from "react";
import { ApiError, api } from "../api/client";
import type { Point } from "../api/types";

export interface Reacting {
  /** The reaction that was kept last. */
  kept: string | null;
  busy: boolean;
  problem: ApiError | null;
  say(reaction: string): void;
}

export function useReaction(songId: number, target: Point | null): Reacting {
  const [kept, setKept] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const say = (reaction: string): void => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    api
      .songFeedback(songId, { reaction, target })
      .then(() => setKept(reaction))
      .catch((error: unknown) => {
        setKept(null);
        if (error instanceof ApiError) setProblem(error);
      })
      .finally(() => setBusy(false));
  };
  return { kept, busy, problem, say };
}
