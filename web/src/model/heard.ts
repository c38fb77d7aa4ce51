/** What the listening model heard against what was asked, in words. */

import type { Point } from "../api/types";
import { distance, sayPoint } from "./feelings";

/** Farther apart than this is told; closer is as asked. */
const TOLD = 0.2;

/** An axis is named from this difference on. */
const NAMED = 0.12;

/** How what was heard differs from what was asked, e.g. "sadder and calmer than asked". */
export function compareHeard(asked: Point, heard: Point): string {
  if (distance(asked, heard) < TOLD) return "as asked";
  const valence = heard.valence - asked.valence;
  const arousal = heard.arousal - asked.arousal;
  const words: [number, string][] = [
    [Math.abs(valence), valence < 0 ? "sadder" : "happier"],
    [Math.abs(arousal), arousal < 0 ? "calmer" : "more energetic"],
  ];
  const named = words
    .filter(([size]) => size >= NAMED)
    .toSorted(([a], [b]) => b - a)
    .map(([, word]) => word);
  return `${named.join(" and ")} than asked`;
}

/** Both points in a sentence for screen readers. */
export function sayHeard(asked: Point, heard: Point | null | undefined): string {
  const wanted = `Asked for ${sayPoint(asked)}.`;
  if (!heard) return `${wanted} Nothing listened to it.`;
  return `${wanted} Heard ${sayPoint(heard)}: ${compareHeard(asked, heard)}.`;
}

/** Where the heard points come from, said plainly wherever they are shown. */
export const WHO_LISTENS =
  "Heard by the built-in listening model, which also helps to choose the bars: no independent judge.";
