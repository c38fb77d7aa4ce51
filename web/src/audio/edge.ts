/** Estimates the live edge: where the station is now, from when packets arrived. */

import { SAMPLE_RATE } from "../api/frames";

/** Packets older than this no longer say where live is. */
const WINDOW_MS = 10_000;

export class LiveEdge {
  private best = -Infinity;
  private previousBest = -Infinity;
  private windowStart = 0;

  /** Notes that samples up to `positionEnd` had arrived at `atMs`. */
  arrived(positionEnd: number, atMs: number): void {
    if (atMs - this.windowStart > WINDOW_MS) {
      this.previousBest = this.best;
      this.best = -Infinity;
      this.windowStart = atMs;
    }
    // The packet that came through fastest is nearest to the truth.
    this.best = Math.max(this.best, positionEnd - (atMs * SAMPLE_RATE) / 1000);
  }

  /** Position of live at `atMs`; `null` before the first packet. */
  at(atMs: number): number | null {
    const best = Math.max(this.best, this.previousBest);
    return Number.isFinite(best) ? best + (atMs * SAMPLE_RATE) / 1000 : null;
  }

  clear(): void {
    this.best = -Infinity;
    this.previousBest = -Infinity;
    this.windowStart = 0;
  }
}
