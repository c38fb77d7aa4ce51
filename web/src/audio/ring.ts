/**
 * The buffer between the network and the loudspeaker: stereo samples by their position on the
 * station's clock. Pure, so that it can be tested without an audio device.
 */

const RATE = 48_000;

export interface RingSettings {
  /** Samples kept; older ones are overwritten. Default 2 s. */
  capacity: number;
  /** Buffered samples at which sound starts, and the level aimed at. Default 200 ms. */
  start: number;
  /** How much `start` rises after each of the first four underruns. Default 40 ms. */
  caution: number;
  /** Level under which the clock is slowed by `trim`. Default 80 ms. */
  low: number;
  /** Level above `start` over which the clock is hurried by `trim`. Default 100 ms. */
  slack: number;
  /** Level over which the listener jumps back towards live. Default 500 ms. */
  jump: number;
  /** Change of speed that evens out two clocks; 0.002 is 3.5 cents, below what is heard. */
  trim: number;
}

export const DEFAULT_RING: RingSettings = {
  capacity: 2 * RATE,
  start: 0.2 * RATE,
  caution: 0.04 * RATE,
  low: 0.08 * RATE,
  slack: 0.1 * RATE,
  jump: 0.5 * RATE,
  trim: 0.002,
};

export class Ring {
  /** Times the sound stopped because nothing was there to play. */
  underruns = 0;
  /** Times the ring jumped forward to stay near live. */
  jumps = 0;
  /** Whether samples flow; false before the start and after an underrun. */
  playing = false;

  private readonly left: Float32Array;
  private readonly right: Float32Array;
  private writeEnd = 0;
  private readAt = 0;
  private filled = false;
  private rate = 1;
  private last: [number, number] = [0, 0];
  private fadeIn = 0;

  constructor(private readonly settings: RingSettings = DEFAULT_RING) {
    this.left = new Float32Array(settings.capacity);
    this.right = new Float32Array(settings.capacity);
  }

  /** Position of the next sample to be heard. */
  get position(): number {
    return this.readAt;
  }

  /** Samples that wait to be heard. */
  get buffered(): number {
    return this.filled ? this.writeEnd - this.readAt : 0;
  }

  /** Forgets everything, for a new station or a new connection; the counters stay. */
  clear(): void {
    this.filled = false;
    this.playing = false;
    this.rate = 1;
  }

  /** Takes samples that begin at `position`; a small hole is silence, a large one a new start. */
  write(position: number, left: Float32Array, right: Float32Array): void {
    const hole = position - this.writeEnd;
    if (!this.filled || hole < -left.length || hole > this.settings.start) {
      this.writeEnd = position;
      this.readAt = position;
      this.filled = true;
      this.playing = false;
    } else {
      for (let i = 0; i < hole; i++) this.put(this.writeEnd + i, 0, 0);
    }
    for (let i = 0; i < left.length; i++) this.put(position + i, left[i] ?? 0, right[i] ?? 0);
    this.writeEnd = Math.max(this.writeEnd, position + left.length);
    const oldest = this.writeEnd - this.settings.capacity + 8;
    if (this.readAt < oldest) this.readAt = oldest;
  }

  /** Fills `left` and `right` with what is heard next. */
  read(left: Float32Array, right: Float32Array): void {
    if (!this.playing && this.buffered >= this.start) this.begin();
    if (!this.playing) {
      this.fall(left, right);
      return;
    }
    if (this.buffered > this.settings.jump) this.jumpTowardsLive(left.length);
    this.chooseRate();
    if (this.buffered < left.length * this.rate + 3) {
      this.underruns += 1;
      this.playing = false;
      this.fall(left, right);
      return;
    }
    for (let i = 0; i < left.length; i++) {
      const gain = this.fadeIn < 256 ? ++this.fadeIn / 256 : 1;
      left[i] = gain * this.sample(this.left, this.readAt);
      right[i] = gain * this.sample(this.right, this.readAt);
      this.readAt += this.rate;
    }
    this.last = [left[left.length - 1] ?? 0, right[right.length - 1] ?? 0];
  }

  /** The level aimed at: a connection that has stumbled is given more time. */
  private get start(): number {
    return this.settings.start + Math.min(this.underruns, 4) * this.settings.caution;
  }

  /** Sound begins near live, whatever has piled up while the device got ready. */
  private begin(): void {
    this.playing = true;
    this.fadeIn = 0;
    this.rate = 1;
    this.readAt = Math.max(Math.round(this.readAt), this.writeEnd - this.start);
  }

  private put(position: number, left: number, right: number): void {
    const at = position % this.settings.capacity;
    this.left[at] = left;
    this.right[at] = right;
  }

  private jumpTowardsLive(block: number): void {
    this.readAt = Math.floor(this.writeEnd - this.start - block);
    this.jumps += 1;
    this.fadeIn = 0;
  }

  /** Two clocks never agree; a speed change too small to hear keeps the level in its band. */
  private chooseRate(): void {
    const { low, slack, trim } = this.settings;
    const { start } = this;
    const level = this.buffered;
    if (level > start + slack) this.rate = 1 + trim;
    else if (level < low) this.rate = 1 - trim;
    else if (this.rate !== 1 && this.rate > 1 === level <= start) {
      this.rate = 1;
      this.readAt = Math.round(this.readAt);
    }
  }

  private sample(from: Float32Array, position: number): number {
    const whole = Math.floor(position);
    const t = position - whole;
    const at = (offset: number): number =>
      from[(whole + offset + this.settings.capacity) % this.settings.capacity] ?? 0;
    if (t === 0) return at(0);
    return hermite(at(-1), at(0), at(1), at(2), t);
  }

  /** Silence, reached without a click. */
  private fall(left: Float32Array, right: Float32Array): void {
    for (let i = 0; i < left.length; i++) {
      const gain = 1 - (i + 1) / left.length;
      left[i] = this.last[0] * gain;
      right[i] = this.last[1] * gain;
    }
    this.last = [0, 0];
  }
}

/** Cubic Hermite interpolation (Catmull–Rom) between `b` and `c` at `t` in 0..1. */
function hermite(a: number, b: number, c: number, d: number, t: number): number {
  const slopeB = (c - a) / 2;
  const slopeC = (d - b) / 2;
  const square = 3 * (c - b) - 2 * slopeB - slopeC;
  const cube = 2 * (b - c) + slopeB + slopeC;
  return ((cube * t + square) * t + slopeB) * t + b;
}
