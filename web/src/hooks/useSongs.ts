/** Everything of the songs view that outlives it: what is wished, found and played. */

import { useCallback, useState } from "react";
import type { Song } from "../api/types";
import type { Theme } from "../model/color";
import { currentOf } from "../model/queue";
import type { Track } from "../model/queue";
import { FIRST_SONG_WISH, recommendOf } from "../model/songs";
import type { SongWish } from "../model/songs";
import type { Wish } from "../model/wish";
import type { SongTools } from "../screen/songs/tools";
import type { SongPlayer, SongPlayerState } from "../session/songPlayer";
import { useLibrary } from "./useLibrary";
import type { Library } from "./useLibrary";
import { useSongSet } from "./useSongSet";
import type { SongSet } from "./useSongSet";

export interface SongsControl {
  songWish: SongWish;
  update(change: Partial<SongWish>): void;
  library: Library;
  found: SongSet;
  track: Track | null;
  playing: boolean;
  find(): void;
  tools: SongTools;
}

export function useSongs(
  wish: Wish,
  [player, state]: [SongPlayer, SongPlayerState],
  shown: boolean,
  theme: Theme,
): SongsControl {
  const [songWish, setSongWish] = useState(FIRST_SONG_WISH);
  const update = useCallback((change: Partial<SongWish>) => {
    setSongWish((before) => ({ ...before, ...change }));
  }, []);
  const library = useLibrary(shown);
  const found = useSongSet();
  const track = currentOf(state.queue);
  const playing = state.queue.phase === "playing";
  const find = (): void => {
    if (!found.busy) found.find(recommendOf(wish, songWish));
  };
  const tools: SongTools = {
    theme,
    current: track?.key ?? null,
    playing,
    play: (tracks, at) => player.play(tracks, at),
    toggle: player.toggle,
    startFrom: (song: Song) => found.find(recommendOf(wish, songWish, song), song),
  };
  return { songWish, update, library, found, track, playing, find, tools };
}
