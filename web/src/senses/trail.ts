/** Where the senses have been lately. */

import { distance } from "../model/feelings";
import type { Felt } from "./types";

const KEPT = 40;

/** Steps shorter than this only move the end of the trail. */
const STEP = 0.02;

/** The trail with a new end. */
export function remembered(trail: readonly Felt[], felt: Felt): Felt[] {
  const before = trail.at(-2);
  const settled = before !== undefined && distance(before, felt) < STEP;
  return [...(settled ? trail.slice(0, -1) : trail), felt].slice(-KEPT);
}
