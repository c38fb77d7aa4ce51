/** Named places on the plane, for the row of faces and for saying a point in words. */

import type { Point } from "../api/types";

export interface Feeling extends Point {
  name: string;
}

/** Places after Russell (1980), rounded; ordered once around the circle. */
export const FEELINGS: readonly Feeling[] = [
  { name: "joyful", valence: 0.85, arousal: 0.45 },
  { name: "excited", valence: 0.62, arousal: 0.82 },
  { name: "stressed", valence: -0.35, arousal: 0.75 },
  { name: "angry", valence: -0.8, arousal: 0.7 },
  { name: "worried", valence: -0.6, arousal: 0.3 },
  { name: "sad", valence: -0.78, arousal: -0.4 },
  { name: "bored", valence: -0.4, arousal: -0.7 },
  { name: "sleepy", valence: 0.08, arousal: -0.88 },
  { name: "calm", valence: 0.58, arousal: -0.62 },
  { name: "content", valence: 0.78, arousal: -0.1 },
];

/** Names of the quadrants as the plane shows them. */
export const QUADRANTS = [
  { name: "lively", valence: 1, arousal: 1, also: "happy, excited" },
  { name: "tense", valence: -1, arousal: 1, also: "angry, stressed" },
  { name: "low", valence: -1, arousal: -1, also: "sad, tired" },
  { name: "at ease", valence: 1, arousal: -1, also: "calm, content" },
] as const;

export const distance = (a: Point, b: Point): number =>
  Math.hypot(a.valence - b.valence, a.arousal - b.arousal);

/** The nearest feeling's name; "balanced" in the middle of the plane. */
export function feelingAt(point: Point): string {
  if (Math.hypot(point.valence, point.arousal) < 0.28) return "balanced";
  let best = FEELINGS[0] as Feeling;
  for (const feeling of FEELINGS) {
    if (distance(point, feeling) < distance(point, best)) best = feeling;
  }
  return best.name;
}

/** A signed number with a real minus sign, e.g. "−0.35". */
export function signed(value: number, digits = 2): string {
  const rounded = Number(value.toFixed(digits));
  const sign = rounded < 0 ? "−" : rounded > 0 ? "+" : "±";
  return `${sign}${Math.abs(rounded).toFixed(digits)}`;
}

/** A point in words for screen readers. */
export function sayPoint(point: Point): string {
  return `${feelingAt(point)}: valence ${signed(point.valence)}, arousal ${signed(point.arousal)}`;
}

export const clampPoint = (point: Point): Point => ({
  valence: Math.max(-1, Math.min(1, point.valence)),
  arousal: Math.max(-1, Math.min(1, point.arousal)),
});
