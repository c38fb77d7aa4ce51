/** Sound as the speech model wants it: mono, 16 kHz, 16 bits. */

/** What the server takes. */
export const SPEECH_RATE_HZ = 16_000;

/** Zero crossings of the kernel on each side of its middle. */
const WINGS = 12;

/** Kernel values kept for every zero crossing; between them lines are drawn. */
const STEPS = 128;

/** Share of the band that passes; the rest is left to the slope of the filter. */
const PASS = 0.94;

/** A sinc under a Hann window, from its middle to its right end. */
function kernelOf(): Float64Array {
  const kernel = new Float64Array(WINGS * STEPS + 2);
  for (let i = 0; i <= WINGS * STEPS; i++) {
    const x = i / STEPS;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    kernel[i] = sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / WINGS));
  }
  return kernel;
}

const KERNEL = kernelOf();

/** Changes the sample rate of a stream, block by block, by band-limited interpolation. */
export class Resampler {
  /** Input samples for one output sample. */
  private readonly ratio: number;
  /** Kernel crossings for one input sample. */
  private readonly scale: number;
  /** Input samples that the kernel reaches on each side. */
  private readonly reach: number;
  /** Input that is still needed, with `start` the index of its first sample in the stream. */
  private waiting: Float32Array;
  private start: number;
  private made = 0;

  constructor(fromHz: number, toHz: number = SPEECH_RATE_HZ) {
    this.ratio = fromHz / toHz;
    this.scale = PASS * Math.min(1, 1 / this.ratio);
    this.reach = Math.ceil(WINGS / this.scale);
    // Silence before the first sample.
    this.waiting = new Float32Array(this.reach);
    this.start = -this.reach;
  }

  /** Takes the next input and gives every output sample that can be made of it so far. */
  push(input: Float32Array): Float32Array {
    const held = new Float32Array(this.waiting.length + input.length);
    held.set(this.waiting);
    held.set(input, this.waiting.length);
    const end = this.start + held.length;
    const last = Math.floor((end - 1 - this.reach) / this.ratio);
    const output = new Float32Array(Math.max(0, last - this.made + 1));
    for (let i = 0; i < output.length; i++) {
      output[i] = this.at(held, (this.made + i) * this.ratio);
    }
    this.made += output.length;
    const needed = Math.floor(this.made * this.ratio) - this.reach;
    const drop = Math.max(0, Math.min(held.length, needed - this.start));
    this.waiting = held.slice(drop);
    this.start += drop;
    return output;
  }

  private at(held: Float32Array, position: number): number {
    const first = Math.max(0, Math.ceil(position - this.reach) - this.start);
    const last = Math.min(held.length - 1, Math.floor(position + this.reach) - this.start);
    let sum = 0;
    for (let i = first; i <= last; i++) {
      const place = Math.abs(position - this.start - i) * this.scale * STEPS;
      const below = Math.floor(place);
      if (below > WINGS * STEPS) continue;
      const left = KERNEL[below] ?? 0;
      const right = KERNEL[below + 1] ?? 0;
      sum += (held[i] ?? 0) * (left + (right - left) * (place - below));
    }
    return sum * this.scale;
  }
}

/** Samples from −1 to 1 as 16-bit integers; louder ones are clipped. */
export function toInt16(samples: Float32Array): Int16Array<ArrayBuffer> {
  const out = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const value = Math.max(-1, Math.min(1, samples[i] ?? 0));
    out[i] = Math.round(value * 32_767);
  }
  return out;
}

/** Root mean square, full scale 1. */
export function rmsOf(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let squares = 0;
  for (const sample of samples) squares += sample * sample;
  return Math.sqrt(squares / samples.length);
}

/** A level for a meter: 0 at −60 dB and below, 1 at −12 dB and above, where voices are loud. */
export function levelOf(rms: number): number {
  const db = 20 * Math.log10(rms + 1e-6);
  return Math.min(1, Math.max(0, (db + 60) / 48));
}
