/** What is wished of the songs of the library, and the request that it makes. */

import type { RecommendRequest, Song } from "../api/types";
import { requestOf } from "./wish";
import type { Wish } from "./wish";

/** What of a song is compared with the mood. */
export type Mode = "audio" | "text" | "all";

export interface SongWish {
  /** Whether the set has so many songs or lasts so many minutes. */
  by: "songs" | "minutes";
  songs: number;
  minutes: number;
  mode: Mode;
  /** Starts where the listener is and leads from there, step by step, whatever else is chosen. */
  stepwise: boolean;
  /** Whether composed music may stand where no song follows well. */
  bridges: boolean;
}

export const FIRST_SONG_WISH: SongWish = {
  by: "songs",
  songs: 10,
  minutes: 45,
  mode: "all",
  stepwise: false,
  bridges: false,
};

/** Name of the stepwise strategy in requests. */
const STEPWISE = "iso";

/** Strategies that lead somewhere, and so at some pace. */
const LEADING: readonly string[] = ["lift", "soothe", "goal", STEPWISE];

/** The strategy for songs; `null` leaves it to what helped before. */
export const strategyOf = (wish: Wish, songWish: SongWish): string | null =>
  songWish.stepwise ? STEPWISE : wish.strategy;

export const hasPace = (strategy: string | null): boolean =>
  strategy !== null && LEADING.includes(strategy);

/**
 * The request for a set. `from` is a song from which the set goes on: then its place is where the
 * set starts, not the mood.
 */
export function recommendOf(
  wish: Wish,
  songWish: SongWish,
  from: Song | null = null,
): RecommendRequest {
  const asked = requestOf(wish);
  const strategy = strategyOf(wish, songWish);
  const start = from?.mood ?? null;
  const full: RecommendRequest = {
    text: start ? null : (asked.text ?? null),
    valence: start ? start.valence : (asked.valence ?? null),
    arousal: start ? start.arousal : (asked.arousal ?? null),
    strategy,
    focus_mode: strategy === "focus" ? wish.focusMode : null,
    goal: strategy === "goal" ? (asked.goal ?? null) : null,
    pace: hasPace(strategy) ? wish.pace : null,
    count: songWish.by === "songs" ? Math.max(1, songWish.songs) : null,
    minutes: songWish.by === "minutes" ? Math.max(1, songWish.minutes) : null,
    mode: songWish.mode,
    after: from?.id ?? null,
    bridges: songWish.bridges,
  };
  return Object.fromEntries(Object.entries(full).filter(([, value]) => value !== null));
}

/** What the server calls the way of a set, for people. */
export function strategyWords(name: string): string {
  if (name === STEPWISE) return "step by step";
  if (name === "match") return "stays with your mood";
  return name;
}

/** "Title by Artist", or the title alone. */
export const songName = (song: Pick<Song, "title" | "artist">): string =>
  song.artist ? `${song.title} by ${song.artist}` : song.title;

/** The link of a song where it leads to the web, for links of all kinds come from tables of others. */
export const webLink = (song: Pick<Song, "link">): string | null =>
  song.link && /^https?:\/\//i.test(song.link) ? song.link : null;

/** Names of the quadrants in the library and on the plane. */
export const QUADRANT_NAMES = [
  { name: "happiness", label: "lively" },
  { name: "anger", label: "tense" },
  { name: "sadness", label: "low" },
  { name: "calmness", label: "at ease" },
] as const;

/** Counts with separators, in the listener's own manner. */
export const counted = (count: number): string => count.toLocaleString();

export const songsWord = (count: number): string =>
  count === 1 ? "1 song" : `${counted(count)} songs`;

/** The library by quadrant in words. */
export function sayQuadrants(quadrants: Record<string, number>): string {
  const named = QUADRANT_NAMES.map(
    ({ name, label }) => `${counted(quadrants[name] ?? 0)} ${label}`,
  );
  return named.join(", ");
}
