/** The set of songs that was found last, and the search for another. */

import { useCallback, useRef, useState } from "react";
import { ApiError, api } from "../api/client";
import type { RecommendRequest, Recommended, Song } from "../api/types";

export interface SongSet {
  set: Recommended | null;
  /** The song from which the set goes on. */
  from: Song | null;
  /** Rises with every set that was found. */
  number: number;
  busy: boolean;
  problem: ApiError | null;
  find(request: RecommendRequest, from?: Song | null): void;
  dismiss(): void;
}

interface Found {
  set: Recommended;
  from: Song | null;
  number: number;
}

export function useSongSet(): SongSet {
  const [found, setFound] = useState<Found | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const search = useRef<AbortController | null>(null);
  const find = useCallback((request: RecommendRequest, from: Song | null = null) => {
    search.current?.abort();
    const abort = new AbortController();
    search.current = abort;
    setBusy(true);
    setProblem(null);
    api
      .recommend(request, abort.signal)
      .then((set) => setFound((before) => ({ set, from, number: (before?.number ?? 0) + 1 })))
      .catch((error: unknown) => {
        if (!abort.signal.aborted && error instanceof ApiError) setProblem(error);
      })
      .finally(() => {
        if (search.current === abort) setBusy(false);
      });
  }, []);
  const dismiss = useCallback(() => setProblem(null), []);
  const { set = null, from = null, number = 0 } = found ?? {};
  return { set, from, number, busy, problem, find, dismiss };
}
