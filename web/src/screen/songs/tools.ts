/** What the parts of the songs view share: the player, and how to go on from a song. */

import type { Song } from "../../api/types";
import type { Theme } from "../../model/color";
import type { Track } from "../../model/queue";

export interface SongTools {
  theme: Theme;
  /** Key of the track that is on, if one is. */
  current: string | null;
  /** Whether it sounds. */
  playing: boolean;
  play(tracks: readonly Track[], at: number): void;
  /** Pauses what is on, or goes on with it. */
  toggle(): void;
  /** Finds songs that go on from one. */
  startFrom(song: Song): void;
}
