/** An estimate in words. */

import type { Emotions, Sensed } from "../../api/types";
import { feelingAt } from "../../model/feelings";

/** How sure an estimate is, from its mean standard deviation. */
export function sureness(sensed: Pick<Sensed, "valence_sd" | "arousal_sd">): string {
  const sd = (sensed.valence_sd + sensed.arousal_sd) / 2;
  if (sd < 0.2) return "quite sure";
  if (sd < 0.35) return "fairly sure";
  return "not very sure";
}

/** The emotions of the quadrants from the strongest to the weakest. */
export function ranked(emotions: Emotions): [keyof Emotions, number][] {
  const entries = Object.entries(emotions) as [keyof Emotions, number][];
  return entries.sort((a, b) => b[1] - a[1]);
}

export function describeSensed(sensed: Sensed): string {
  const [first, second] = ranked(sensed.emotions);
  const mixed = first && second && second[1] > 0.2 && second[1] > first[1] * 0.4;
  const mixture = mixed ? `, with some ${second[0]} in it` : "";
  return `That sounds ${feelingAt(sensed)}${mixture}. I am ${sureness(sensed)}.`;
}

/** The strongest labels worth showing, without the label for no emotion. */
export function topLabels(labels: Record<string, number>): [string, number][] {
  return Object.entries(labels)
    .filter(([label, share]) => label !== "neutral" && share >= 0.1)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3);
}
