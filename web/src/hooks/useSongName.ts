/** A song by its number, fetched once the number has rested, and remembered. */

import { useEffect, useState } from "react";
import { api } from "../api/client";
import type { Song } from "../api/types";

const REST_MS = 120;

/** Most songs that are remembered. */
const MOST_KNOWN = 500;

const known = new Map<number, Song>();

function remember(song: Song): void {
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(song.id, song);
}

export function useSongName(songId: number | null): Song | null {
  const [song, setSong] = useState<Song | null>(null);
  useEffect(() => {
    const kept = songId === null ? null : (known.get(songId) ?? null);
    setSong(kept);
    if (songId === null || kept) return;
    const abort = new AbortController();
    const handle = setTimeout(() => {
      api.song(songId, abort.signal).then(
        (answer) => {
          remember(answer);
          setSong(answer);
        },
        // A song that is gone has no name to show.
        () => undefined,
      );
    }, REST_MS);
    return () => {
      clearTimeout(handle);
      abort.abort();
    };
  }, [songId]);
  return song?.id === songId ? song : null;
}
