/** What the listener has said and chosen, and the request that it makes. */

import type { CueOffsets, Point, Sensed, StationRequest } from "../api/types";
import type { Felt } from "../senses/types";
import type { Primer } from "./primer";

/** Where the point on the plane came from last; the newest wins. `senses` is the continuous one. */
export type PointedBy = "start" | "text" | "hand" | "voice" | "face" | "senses";

export interface Wish {
  text: string;
  sensed: Sensed | null;
  /** What a voice, a face or the continuous senses told last. */
  felt: Felt | null;
  point: Point;
  pointedBy: PointedBy;
  /** `null` lets Affetto regulate gently. */
  strategy: string | null;
  focusMode: string | null;
  preset: string | null;
  goal: Point;
  pace: string;
  genre: string | null;
  texture: string | null;
  /** Highest arousal of the music; 1 for no limit. */
  energyCap: number;
  cues: CueOffsets;
  /** Who writes the bars; `null` for the usual writer. */
  writer: string | null;
  /** How far emotion leads the neural writer; 1 takes it as it is. */
  guidance: number;
  /** How much the neural writer dares; 1 takes it as it is. */
  variety: number;
  /** What the neural writer continues. */
  primer: Primer | null;
}

/** Guidance when nobody pulls it. */
export const USUAL_GUIDANCE = 1.5;

export const FIRST_WISH: Wish = {
  text: "",
  sensed: null,
  felt: null,
  point: { valence: 0.2, arousal: 0.05 },
  pointedBy: "start",
  strategy: null,
  focusMode: null,
  preset: null,
  goal: { valence: 0.6, arousal: 0.1 },
  pace: "steady",
  genre: null,
  texture: null,
  energyCap: 1,
  cues: {},
  writer: null,
  guidance: USUAL_GUIDANCE,
  variety: 1,
  primer: null,
};

/** Every field of the request; `null` means the default. */
export type FullRequest = { [K in keyof StationRequest]-?: StationRequest[K] | null };

const NO_OFFSETS: Required<CueOffsets> = {
  brightness: 0,
  tempo: 0,
  density: 0,
  register: 0,
  dynamics: 0,
  articulation: 0,
  tension: 0,
  layers: 0,
  drums: 0,
};

const round = (value: number): number => Math.round(value * 1000) / 1000;
const roundPoint = (point: Point): Point => ({
  valence: round(point.valence),
  arousal: round(point.arousal),
});

/** The estimate that the point on the plane came from, if it is one. */
export function estimateOf(wish: Wish): Pick<Felt, keyof Felt & keyof Sensed> | null {
  if (wish.pointedBy === "text") return wish.sensed;
  return wish.pointedBy === "hand" || wish.pointedBy === "start" ? null : wish.felt;
}

export function requestOf(wish: Wish): FullRequest {
  const text = wish.text.trim() || null;
  // Words of despair keep the music gentle, wherever the point is moved afterwards.
  const byText = text !== null && (wish.pointedBy === "text" || Boolean(wish.sensed?.support));
  const focus = wish.strategy === "focus";
  const goal = wish.strategy === "goal";
  const neural = wish.writer === "neural";
  const pulled = Object.values(wish.cues).some((value) => value !== 0);
  return {
    text: byText ? text : null,
    valence: byText ? null : round(wish.point.valence),
    arousal: byText ? null : round(wish.point.arousal),
    // A preset brings its own strategy.
    strategy: focus && wish.preset !== null ? null : wish.strategy,
    focus_mode: focus ? wish.focusMode : null,
    preset: focus ? wish.preset : null,
    goal: goal ? roundPoint(wish.goal) : null,
    pace: goal || wish.strategy === "lift" || wish.strategy === "soothe" ? wish.pace : null,
    genre: wish.genre,
    texture: wish.texture,
    energy_cap: wish.energyCap >= 1 ? null : round(wish.energyCap),
    key: null,
    tempo: null,
    cues: pulled ? { ...NO_OFFSETS, ...wish.cues } : null,
    seed: null,
    writer: wish.writer,
    weights: null,
    guidance: neural && wish.guidance !== USUAL_GUIDANCE ? round(wish.guidance) : null,
    variety: neural && wish.variety !== 1 ? round(wish.variety) : null,
    primer: neural ? (wish.primer?.midi ?? null) : null,
    profile: null,
  };
}

/** A seed of its own for every start, so that no two evenings sound the same. */
export const newSeed = (): number => Math.floor(Math.random() * 2 ** 31);

/** The request without what is left to the default. */
export function compact(request: FullRequest): StationRequest {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== null));
}

/** Fields that mean something only together, so that a change tells all of them. */
const TOGETHER: readonly (keyof FullRequest)[][] = [
  ["strategy", "focus_mode", "preset"],
  ["text", "valence", "arousal"],
];

/** Fields of `next` that differ from `before`; what went back to the default is `null`. */
export function changes(before: FullRequest, next: FullRequest): StationRequest {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const names = Object.keys(next) as (keyof FullRequest)[];
  const changed = new Set(names.filter((name) => !same(before[name], next[name])));
  for (const group of TOGETHER) {
    if (group.some((name) => changed.has(name))) for (const name of group) changed.add(name);
  }
  return Object.fromEntries([...changed].map((name) => [name, next[name]]));
}
