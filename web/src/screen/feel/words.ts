/** An estimate in words. */

import type { Emotions, Point, Sensed } from "../../api/types";
import { feelingAt } from "../../model/feelings";
import type { Felt, SenseName } from "../../senses/types";

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

/** The second emotion, where there is much of it; the first where the point itself has no name. */
function mixture(point: Point, emotions: Emotions | null): string {
  const [first, second] = emotions ? ranked(emotions) : [];
  if (feelingAt(point) === "balanced") {
    return first && first[1] > 0.4 ? `, leaning to ${first[0]}` : "";
  }
  const mixed = first && second && second[1] > 0.2 && second[1] > first[1] * 0.4;
  return mixed ? `, with some ${second[0]} in it` : "";
}

export const describeSensed = (sensed: Sensed): string =>
  `That sounds ${feelingAt(sensed)}${mixture(sensed, sensed.emotions)}. I am ${sureness(sensed)}.`;

const OPENINGS: Record<SenseName | "senses", string> = {
  voice: "Your voice sounds",
  face: "Your face looks",
  senses: "You seem",
};

export const describeFelt = (felt: Felt, by: SenseName | "senses"): string =>
  `${OPENINGS[by]} ${feelingAt(felt)}${mixture(felt, felt.emotions)}. I am ${sureness(felt)}.`;

/** The strongest labels worth showing, without those that say nothing. */
export function topLabels(
  labels: Record<string, number>,
  without: readonly string[] = ["neutral"],
): [string, number][] {
  return Object.entries(labels)
    .filter(([label, share]) => !without.includes(label) && share >= 0.1)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3);
}
