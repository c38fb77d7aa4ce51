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
  dots: Dots;
  /** Where the songs of each cell start in `order`; one more than there are cells. */
  starts: Uint32Array;
  /** Places in the columns, cell by cell. */
  order: Uint32Array;
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
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const cell = cells[i] ?? 0;
    const place = next[cell] ?? 0;
    order[place] = i;
    next[cell] = place + 1;
  }
  return { dots, starts, order };
}

/** Place in the columns of the nearest song within `radius` of a point; -1 where there is none. */
export function nearestTo(index: MapIndex, point: Point, radius: number): number {
  const { dots, starts, order } = index;
  const [left, right] = [cellOf(point.valence - radius), cellOf(point.valence + radius)];
  const [low, high] = [cellOf(point.arousal - radius), cellOf(point.arousal + radius)];
  let best = -1;
  let bestSquare = radius * radius;
  for (let row = low; row <= high; row++) {
    // The cells of a row lie side by side, so that one run covers them.
    const end = starts[row * SIDE + right + 1] ?? 0;
    for (let place = starts[row * SIDE + left] ?? 0; place < end; place++) {
      const i = order[place] ?? 0;
      const dv = (dots.valence[i] ?? 0) - point.valence;
      const da = (dots.arousal[i] ?? 0) - point.arousal;
      const square = dv * dv + da * da;
      if (square <= bestSquare && (square < bestSquare || best < 0)) {
        best = i;
        bestSquare = square;
      }
    }
  }
  return best;
}
