/** The live estimate of typed text: asked for after a short pause, late answers dropped. */

import { useEffect, useState } from "react";
import { ApiError, api } from "../api/client";
import type { Sensed } from "../api/types";

const PAUSE_MS = 350;

export interface Sense {
  busy: boolean;
  problem: ApiError | null;
}

export function useSense(text: string, onSensed: (sensed: Sensed | null) => void): Sense {
  const [sense, setSense] = useState<Sense>({ busy: false, problem: null });
  const trimmed = text.trim();
  useEffect(() => {
    if (trimmed === "") {
      setSense({ busy: false, problem: null });
      onSensed(null);
      return;
    }
    const abort = new AbortController();
    const handle = setTimeout(() => {
      setSense({ busy: true, problem: null });
      api
        .senseText(trimmed, abort.signal)
        .then((sensed) => {
          setSense({ busy: false, problem: null });
          onSensed(sensed);
        })
        .catch((error: unknown) => {
          if (abort.signal.aborted) return;
          setSense({ busy: false, problem: error instanceof ApiError ? error : null });
        });
    }, PAUSE_MS);
    return () => {
      clearTimeout(handle);
      abort.abort();
    };
    // `onSensed` is stable by contract of the caller.
  }, [trimmed, onSensed]);
  return sense;
}
