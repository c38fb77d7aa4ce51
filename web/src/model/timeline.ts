/** The bars of a station by their place in time: what was played, is heard and comes next. */

import type { Bar, ChordSpan } from "../api/types";

/** Bars kept, about a quarter of an hour. */
const KEPT_BARS = 512;

export class Timeline {
  private bars: Bar[] = [];

  /** Takes a bar; one that is sent again, with new times, replaces the earlier one. */
  add(bar: Bar): void {
    const known = this.bars.findLastIndex((other) => other.index === bar.index);
    if (known >= 0) this.bars.splice(known, 1);
    let at = this.bars.length;
    while (at > 0 && (this.bars[at - 1] as Bar).start >= bar.start) at -= 1;
    this.bars.splice(at, 0, bar);
    if (this.bars.length > KEPT_BARS) this.bars.shift();
  }

  clear(): void {
    this.bars = [];
  }

  get length(): number {
    return this.bars.length;
  }

  /** The bar that sounds at a position, if it is known. */
  at(position: number): Bar | null {
    const idx = this.lastStarted(position);
    const bar = this.bars[idx];
    return bar && position < bar.end ? bar : null;
  }

  /** Bars that overlap `start..end`. */
  between(start: number, end: number): Bar[] {
    return this.bars.filter((bar) => bar.end > start && bar.start < end);
  }

  /** The last `count` bars that have begun at a position, oldest first. */
  heardUntil(position: number, count: number): Bar[] {
    const end = this.lastStarted(position) + 1;
    return this.bars.slice(Math.max(0, end - count), end);
  }

  private lastStarted(position: number): number {
    let low = 0;
    let high = this.bars.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.bars[middle] as Bar).start <= position) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** The chord that sounds at a position of its bar. */
export function chordAt(bar: Bar, position: number): ChordSpan | null {
  return bar.chords.find((chord) => position >= chord.start && position < chord.end) ?? null;
}
