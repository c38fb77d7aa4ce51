/** The continuous connection: binary frames carry sound and pictures, text frames carry JSON. */

import type { Point } from "../api/types";
import type { SenseMessage, SenseName } from "./types";

/** First byte of a binary frame. */
const AUDIO = 1;
const PICTURE = 2;

export type Order =
  | { type: "start"; senses: SenseName[]; station?: string }
  /** The listener's own dial: it wins until `release`. */
  | ({ type: "dial" } & Point)
  | { type: "release" }
  | { type: "stop" };

function frame(kind: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(payload.length + 1);
  bytes[0] = kind;
  bytes.set(payload, 1);
  return bytes;
}

/** Samples are sent little-endian, as every machine that runs a browser holds them. */
export const audioFrame = (samples: Int16Array): Uint8Array<ArrayBuffer> =>
  frame(AUDIO, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));

export const pictureFrame = (picture: ArrayBuffer): Uint8Array<ArrayBuffer> =>
  frame(PICTURE, new Uint8Array(picture));

const KNOWN = new Set(["started", "sensed", "fused", "error"]);

/** Reads a text frame; `null` for what this page does not know. */
export function readSenseMessage(text: string): SenseMessage | null {
  try {
    const message: unknown = JSON.parse(text);
    const type = (message as { type?: unknown } | null)?.type;
    return typeof type === "string" && KNOWN.has(type) ? (message as SenseMessage) : null;
  } catch {
    return null;
  }
}
