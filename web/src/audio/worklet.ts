/** Runs on the audio thread: plays the ring and reports what is being heard. */

import { Ring } from "./ring";

declare const currentTime: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

/** Samples between two reports, about 43 ms. */
const REPORT_EVERY = 2048;

export interface Report {
  /** Position of the sample that leaves the worklet at `time`. */
  position: number;
  /** Clock of the audio context, in seconds. */
  time: number;
  /** Samples that wait. */
  buffered: number;
  underruns: number;
  jumps: number;
  playing: boolean;
  /** Root mean square of both channels since the last report, full scale 1. */
  rms: number;
}

export type ToWorklet =
  | { kind: "feed"; port: MessagePort }
  | { kind: "clear" }
  | { kind: "pcm"; position: number; left: Float32Array; right: Float32Array };

class StationProcessor extends AudioWorkletProcessor {
  private readonly ring = new Ring();
  private squares = 0;
  private sinceReport = 0;

  constructor() {
    super();
    this.port.onmessage = (event: MessageEvent<ToWorklet>) => this.take(event.data);
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const left = outputs[0]?.[0];
    const right = outputs[0]?.[1] ?? left;
    if (!left || !right) return true;
    const position = this.ring.position;
    this.ring.read(left, right);
    for (let i = 0; i < left.length; i++) {
      const l = left[i] ?? 0;
      const r = right[i] ?? 0;
      this.squares += (l * l + r * r) / 2;
    }
    this.sinceReport += left.length;
    if (this.sinceReport >= REPORT_EVERY) this.report(position);
    return true;
  }

  private take(message: ToWorklet): void {
    if (message.kind === "feed") {
      message.port.onmessage = (event: MessageEvent<ToWorklet>) => this.take(event.data);
    } else if (message.kind === "clear") {
      this.ring.clear();
    } else {
      this.ring.write(message.position, message.left, message.right);
    }
  }

  private report(position: number): void {
    const report: Report = {
      position,
      time: currentTime,
      buffered: this.ring.buffered,
      underruns: this.ring.underruns,
      jumps: this.ring.jumps,
      playing: this.ring.playing,
      rms: Math.sqrt(this.squares / this.sinceReport),
    };
    this.squares = 0;
    this.sinceReport = 0;
    this.port.postMessage(report);
  }
}

registerProcessor("affetto-station", StationProcessor);
