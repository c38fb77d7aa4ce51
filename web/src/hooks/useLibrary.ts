/** What the library holds, asked for when it is first shown and again on request. */

import { useCallback, useEffect, useState } from "react";
import { ApiError, api } from "../api/client";
import type { LibraryStatus } from "../api/types";
import { dotsOf, indexOf } from "../model/mapIndex";
import type { MapIndex } from "../model/mapIndex";

export interface Library {
  status: LibraryStatus | null;
  /** The songs on the plane; `null` until they are here. */
  map: MapIndex | null;
  problem: ApiError | null;
  /** Asks again, for example after songs were added. */
  again(): void;
}

export function useLibrary(wanted: boolean): Library {
  const [status, setStatus] = useState<LibraryStatus | null>(null);
  const [map, setMap] = useState<MapIndex | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!wanted) return;
    const abort = new AbortController();
    const { signal } = abort;
    const ask = async (): Promise<void> => {
      const known = await api.library(signal);
      setStatus(known);
      setProblem(null);
      if (known.songs > 0) setMap(indexOf(dotsOf(await api.libraryMap(signal))));
    };
    ask().catch((error: unknown) => {
      if (!signal.aborted && error instanceof ApiError) setProblem(error);
    });
    return () => abort.abort();
  }, [wanted, attempt]);
  const again = useCallback(() => setAttempt((count) => count + 1), []);
  return { status, map, problem, again };
}
