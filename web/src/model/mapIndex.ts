/** Finds the song under a pointer among very many, through a grid over the plane. */

import type { Point, SongMap } from "../api/types";

/** Songs as columns that draw and search quickly. */
export interface Dots {
  ids: Float64Array;
  valence: Float32Array;
  arousal: Float32Array;
}

/** Cells to each side of the grid. */
const SIDE = 128;

export interface MapIndex {
  /** The songs, cell by cell, so that neighbours on the plane are neighbours in memory. */
  dots: Dots;
  /** Where the songs of each cell start; one more than there are cells. */
  starts: Uint32Array;
}

/** The columns of the answer, as far as they have one length. */
export function dotsOf(map: SongMap): Dots {
  const length = Math.min(map.ids.length, map.valence.length, map.arousal.length);
  return {
    ids: Float64Array.from(map.ids.slice(0, length)),
    valence: Float32Array.from(map.valence.slice(0, length)),
    arousal: Float32Array.from(map.arousal.slice(0, length)),
  };
}

const cellOf = (value: number): number =>
  Math.max(0, Math.min(SIDE - 1, Math.floor(((value + 1) / 2) * SIDE)));

/** Sorts the songs into cells by counting. */
export function indexOf(dots: Dots): MapIndex {
  const count = dots.ids.length;
  const cells = new Uint16Array(count);
  const starts = new Uint32Array(SIDE * SIDE + 1);
  for (let i = 0; i < count; i++) {
    const cell = cellOf(dots.arousal[i] ?? 0) * SIDE + cellOf(dots.valence[i] ?? 0);
    cells[i] = cell;
    starts[cell + 1] = (starts[cell + 1] ?? 0) + 1;
  }
  for (let cell = 1; cell < starts.length; cell++) {
    starts[cell] = (starts[cell] ?? 0) + (starts[cell - 1] ?? 0);
  }
  const next = starts.slice();
  const sorted: Dots = {
    ids: new Float64Array(count),
    valence: new Float32Array(count),
    arousal: new Float32Array(count),
  };
  for (let i = 0; i < count; i++) {
    const cell = cells[i] ?? 0;
    const place = next[cell] ?? 0;
    sorted.ids[place] = dots.ids[i] ?? 0;
    sorted.valence[place] = dots.valence[i] ?? 0;
    sorted.arousal[place] = dots.arousal[i] ?? 0;
    next[cell] = place + 1;
  }
  return { dots: sorted, starts };
}

/** A part of the plane. */
export interface Window {
  left: number;
  right: number;
  low: number;
  high: number;
}

/** Runs of places that hold every song of a window, and some beside it. */
export function forEachRun(
  { starts }: MapIndex,
  window: Window,
  run: (start: number, end: number) => void,
): void {
  const [left, right] = [cellOf(window.left), cellOf(window.right)];
  const high = cellOf(window.high);
  // The cells of a row lie side by side, so that one run covers them.
  for (let row = cellOf(window.low); row <= high; row++) {
    run(starts[row * SIDE + left] ?? 0, starts[row * SIDE + right + 1] ?? 0);
  }
}

/** Place in the columns of the nearest song within `radius` of a point; -1 where there is none. */
export function nearestTo(index: MapIndex, point: Point, radius: number): number {
  const { valence: v, arousal: a } = point;
  const { valence, arousal } = index.dots;
  const window = { left: v - radius, right: v + radius, low: a - radius, high: a + radius };
  let best = -1;
  let bestSquare = radius * radius;
  forEachRun(index, window, (start, end) => {
    for (let place = start; place < end; place++) {
      const dv = (valence[place] ?? 0) - v;
      const da = (arousal[place] ?? 0) - a;
      const square = dv * dv + da * da;
      if (square <= bestSquare && (square < bestSquare || best < 0)) {
        best = place;
        bestSquare = square;
      }
    }
  });
  return best;
}
