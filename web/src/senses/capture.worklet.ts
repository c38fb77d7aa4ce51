/** Runs on the audio thread: the microphone as 100-ms blocks of 16-kHz mono, with their level. */

import { Resampler, SPEECH_RATE_HZ, rmsOf, toInt16 } from "./pcm";

declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

const BLOCK = SPEECH_RATE_HZ / 10;

export interface Captured {
  samples: Int16Array<ArrayBuffer>;
  /** Full scale 1. */
  rms: number;
}

class CaptureProcessor extends AudioWorkletProcessor {
  private readonly resampler = new Resampler(sampleRate);
  private readonly block = new Float32Array(BLOCK);
  private filled = 0;

  process(inputs: Float32Array[][]): boolean {
    const channels = inputs[0];
    const first = channels?.[0];
    if (!channels || !first) return true;
    const mono = new Float32Array(first.length);
    for (const channel of channels) {
      for (let i = 0; i < mono.length; i++) {
        mono[i] = (mono[i] ?? 0) + (channel[i] ?? 0) / channels.length;
      }
    }
    for (const sample of this.resampler.push(mono)) {
      this.block[this.filled++] = sample;
      if (this.filled === BLOCK) this.hand();
    }
    return true;
  }

  private hand(): void {
    this.filled = 0;
    const captured: Captured = { samples: toInt16(this.block), rms: rmsOf(this.block) };
    this.port.postMessage(captured, [captured.samples.buffer]);
  }
}

registerProcessor("affetto-capture", CaptureProcessor);
