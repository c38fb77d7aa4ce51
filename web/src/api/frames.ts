/** The live protocol: binary frames carry Opus packets, text frames carry JSON. */

import type { LiveMessage } from "./types";

/** A binary frame starts with this byte. */
const OPUS_PACKET = 1;

/** Bytes before the packet: the kind and the position. */
const HEADER_BYTES = 9;

/** Samples in one 20-ms packet at 48 kHz. */
export const PACKET_SAMPLES = 960;

export const SAMPLE_RATE = 48_000;

export interface OpusPacket {
  /** Index of the packet's first sample since the station began, at 48 kHz. */
  position: number;
  data: Uint8Array<ArrayBuffer>;
}

/** Reads a binary frame; `null` for a kind this page does not know. */
export function readPacket(frame: ArrayBuffer): OpusPacket | null {
  if (frame.byteLength <= HEADER_BYTES) return null;
  const view = new DataView(frame);
  if (view.getUint8(0) !== OPUS_PACKET) return null;
  // A station would have to play for 5,900 years to leave the exact integers of a double.
  return {
    position: Number(view.getBigUint64(1, true)),
    data: new Uint8Array(frame, HEADER_BYTES),
  };
}

const KNOWN = new Set(["hello", "bar", "state", "end"]);

/** Reads a text frame; `null` for what this page does not know. */
export function readMessage(frame: string): LiveMessage | null {
  try {
    const message: unknown = JSON.parse(frame);
    const type = (message as { type?: unknown } | null)?.type;
    return typeof type === "string" && KNOWN.has(type) ? (message as LiveMessage) : null;
  } catch {
    return null;
  }
}
