/** What the senses of the server answer: speech, face and the continuous connection. */

import type { Emotions, Point, Support } from "../api/types";

/** The senses that need a sensor. */
export type SenseName = "voice" | "face";

/** A Gaussian on the plane with its emotions, or nulls where the model abstained. */
export interface SenseEstimate {
  valence: number | null;
  arousal: number | null;
  valence_sd: number | null;
  arousal_sd: number | null;
  correlation: number | null;
  emotions: Emotions | null;
  labels: Record<string, number>;
}

export interface Choice extends Point {
  label: string;
}

/** The one short question that is asked instead of guessing. */
export interface Question {
  text: string;
  choices: Choice[];
}

/** A part of the recording; nulls where nobody spoke. */
export interface Segment extends Partial<SenseEstimate> {
  start_s: number;
  end_s: number;
}

/** A face; place and size are shares of the picture. */
export interface SeenFace extends Partial<SenseEstimate> {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What can be said of somebody, or why nothing can. */
export interface Impression extends SenseEstimate {
  abstained: boolean;
  /** Why nothing can be said. */
  reason?: string | null;
  question?: Question | null;
  senses_used: string[];
  support?: Support | null;
}

export interface SpeechAnswer extends Impression {
  segments: Segment[];
  transcript?: string | null;
  /** Why there is no transcript. */
  transcript_reason?: string | null;
}

export interface FaceAnswer extends Impression {
  faces: SeenFace[];
}

/** What a sense said, and what the listener says. */
export interface Correction extends Point {
  sense: string;
  sensed: Omit<Felt, "emotions" | "labels">;
}

/** What one sense says now, over the continuous connection. */
export interface SensedNow extends Impression {
  sense: string;
  start_s?: number | null;
  end_s?: number | null;
  faces: SeenFace[];
}

/** What all senses say together, over time. */
export interface FusedNow extends Impression {
  /** Whether the listener's own dial holds it. */
  held: boolean;
}

/** Text frames of the continuous connection. */
export type SenseMessage =
  | { type: "started"; senses: string[] }
  | (SensedNow & { type: "sensed" })
  | (FusedNow & { type: "fused" })
  | { type: "error"; code: string; message: string };

/** An estimate with every number there. */
export interface Felt extends Point {
  valence_sd: number;
  arousal_sd: number;
  correlation: number;
  emotions: Emotions | null;
  labels: Record<string, number>;
}

/** The estimate of an answer, or `null` where the model abstained. */
export function feltOf(answer: Partial<SenseEstimate>): Felt | null {
  const { valence, arousal } = answer;
  if (valence === null || valence === undefined) return null;
  if (arousal === null || arousal === undefined) return null;
  return {
    valence,
    arousal,
    valence_sd: answer.valence_sd ?? 0.5,
    arousal_sd: answer.arousal_sd ?? 0.5,
    correlation: answer.correlation ?? 0,
    emotions: answer.emotions ?? null,
    labels: answer.labels ?? {},
  };
}
