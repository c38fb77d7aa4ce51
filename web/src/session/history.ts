/** What played before: kept on this machine, without the words that were typed. */

import type { Point } from "../api/types";
import { FIRST_WISH } from "../model/wish";
import type { FullRequest, Wish } from "../model/wish";

const KEY = "affetto.history";
const KEPT = 12;

/** A newer entry within this time replaces the last one: the mood was still being found. */
const SETTLE_MS = 20_000;

export interface Played {
  at: number;
  mood: Point;
  strategy: string | null;
  genre: string | null;
  texture: string | null;
  goal: Point | null;
  focusMode: string | null;
  preset: string | null;
}

export function entryOf(request: FullRequest, mood: Point, at: number): Played {
  return {
    at,
    mood,
    strategy: request.strategy,
    genre: request.genre,
    texture: request.texture,
    goal: request.goal,
    focusMode: request.focus_mode,
    preset: request.preset,
  };
}

/** The wish that asks for something like it again. */
export const wishOf = (entry: Played): Wish => ({
  ...FIRST_WISH,
  point: entry.mood,
  pointedBy: "hand",
  strategy: entry.strategy,
  genre: entry.genre,
  texture: entry.texture,
  focusMode: entry.focusMode,
  preset: entry.preset,
  goal: entry.goal ?? FIRST_WISH.goal,
});

const sameExceptTime = (a: Played, b: Played): boolean =>
  JSON.stringify({ ...a, at: 0 }) === JSON.stringify({ ...b, at: 0 });

/** Newest first. */
export function remember(list: readonly Played[], entry: Played): Played[] {
  const [last, ...older] = list;
  const settling = last && entry.at - last.at < SETTLE_MS;
  const rest = settling || (last && sameExceptTime(last, entry)) ? older : list;
  return [entry, ...rest].slice(0, KEPT);
}

export function loadHistory(): Played[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? (stored as Played[]).filter((e) => e?.mood).slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

export function storeHistory(list: readonly Played[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(list));
  } catch {
    // Without storage the history lasts as long as the page.
  }
}
