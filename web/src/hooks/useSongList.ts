/** A page of the library's songs: asked for after a short pause, late answers dropped. */

import { useEffect, useState } from "react";
import { ApiError, api } from "../api/client";
import type { SongPage } from "../api/types";

const PAUSE_MS = 250;
export const PAGE_SIZE = 25;

export interface Filter {
  text: string;
  genre: string;
  quadrant: string;
  playable: boolean;
  /** From 0. */
  page: number;
}

export const NO_FILTER: Filter = { text: "", genre: "", quadrant: "", playable: false, page: 0 };

export interface SongList {
  page: SongPage | null;
  busy: boolean;
  problem: ApiError | null;
}

export function useSongList(filter: Filter, wanted: boolean): SongList {
  const [list, setList] = useState<SongList>({ page: null, busy: false, problem: null });
  const { text, genre, quadrant, playable, page } = filter;
  useEffect(() => {
    if (!wanted) return;
    const abort = new AbortController();
    const ask = (): void => {
      setList((before) => ({ ...before, busy: true }));
      api
        .songs(
          {
            text: text.trim(),
            genre,
            quadrant,
            ...(playable ? { playable } : {}),
            offset: page * PAGE_SIZE,
            limit: PAGE_SIZE,
          },
          abort.signal,
        )
        .then((answer) => setList({ page: answer, busy: false, problem: null }))
        .catch((error: unknown) => {
          if (abort.signal.aborted) return;
          const problem = error instanceof ApiError ? error : null;
          setList((before) => ({ ...before, busy: false, problem }));
        });
    };
    const handle = setTimeout(ask, PAUSE_MS);
    return () => {
      clearTimeout(handle);
      abort.abort();
    };
  }, [wanted, text, genre, quadrant, playable, page]);
  return list;
}
