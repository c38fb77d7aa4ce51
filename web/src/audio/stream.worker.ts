/**
 * Runs beside the page: receives the live frames, decodes Opus and feeds the audio thread
 * directly, so that a busy page (engraving a lead sheet) never stops the sound.
 */

import { PACKET_SAMPLES, SAMPLE_RATE, readMessage, readPacket } from "../api/frames";
import type { LiveMessage } from "../api/types";

export type ToStream =
  | { kind: "feed"; port: MessagePort }
  | { kind: "open"; url: string; decode: boolean }
  | { kind: "close" };

export type FromStream =
  | { kind: "opened" }
  | { kind: "message"; message: LiveMessage }
  /** Samples up to `positionEnd` had arrived at `atMs` (milliseconds since 1970). */
  | { kind: "edge"; positionEnd: number; atMs: number }
  | { kind: "closed" }
  | { kind: "unsupported" };

const post = (message: FromStream): void => self.postMessage(message);

let socket: WebSocket | null = null;
let decoder: AudioDecoder | null = null;
let feed: MessagePort | null = null;

/** Position that the decoder's clock calls 0. */
let origin: number | null = null;

const CONFIG: AudioDecoderConfig = {
  codec: "opus",
  sampleRate: SAMPLE_RATE,
  numberOfChannels: 2,
};

function newDecoder(): AudioDecoder {
  const fresh = new AudioDecoder({
    output: forward,
    error: () => {
      // One broken packet must not end the music: the next one meets a new decoder.
      if (decoder === fresh) decoder = null;
    },
  });
  fresh.configure(CONFIG);
  return fresh;
}

function forward(sound: AudioData): void {
  const position = (origin ?? 0) + Math.round((sound.timestamp * SAMPLE_RATE) / 1_000_000);
  const left = new Float32Array(sound.numberOfFrames);
  const right = new Float32Array(sound.numberOfFrames);
  sound.copyTo(left, { planeIndex: 0, format: "f32-planar" });
  sound.copyTo(right, { planeIndex: sound.numberOfChannels > 1 ? 1 : 0, format: "f32-planar" });
  sound.close();
  feed?.postMessage({ kind: "pcm", position, left, right }, [left.buffer, right.buffer]);
}

function decode(position: number, data: Uint8Array<ArrayBuffer>): void {
  origin ??= position;
  decoder ??= newDecoder();
  const timestamp = Math.round(((position - origin) * 1_000_000) / SAMPLE_RATE);
  decoder.decode(new EncodedAudioChunk({ type: "key", timestamp, duration: 20_000, data }));
}

function close(): void {
  const old = socket;
  socket = null;
  old?.close();
  if (decoder && decoder.state !== "closed") decoder.close();
  decoder = null;
  origin = null;
}

function open(url: string, decodes: boolean): void {
  close();
  feed?.postMessage({ kind: "clear" });
  const opened = new WebSocket(url);
  socket = opened;
  opened.binaryType = "arraybuffer";
  opened.onopen = () => post({ kind: "opened" });
  opened.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
    if (socket !== opened) return;
    if (typeof event.data === "string") {
      const message = readMessage(event.data);
      if (message) post({ kind: "message", message });
      return;
    }
    const packet = readPacket(event.data);
    if (!packet) return;
    const atMs = performance.timeOrigin + performance.now();
    post({ kind: "edge", positionEnd: packet.position + PACKET_SAMPLES, atMs });
    if (decodes) decode(packet.position, packet.data);
  };
  opened.onclose = () => {
    if (socket !== opened) return;
    close();
    post({ kind: "closed" });
  };
}

async function start(url: string, decodes: boolean): Promise<void> {
  if (decodes) {
    const supported =
      typeof AudioDecoder !== "undefined" &&
      (await AudioDecoder.isConfigSupported(CONFIG).catch(() => null))?.supported;
    if (!supported) {
      post({ kind: "unsupported" });
      return;
    }
  }
  open(url, decodes);
}

self.onmessage = (event: MessageEvent<ToStream>) => {
  const message = event.data;
  if (message.kind === "feed") feed = message.port;
  else if (message.kind === "open") void start(message.url, message.decode);
  else close();
};
