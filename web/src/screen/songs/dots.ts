/**
 * Draws very many dots quickly: each raises a count for its pixels, and a count becomes the colour
 * of its place on the plane, the fuller the more dots lie there.
 */

import { dotColor } from "../../model/color";
import type { Theme } from "../../model/color";
import { forEachRun } from "../../model/mapIndex";
import type { MapIndex } from "../../model/mapIndex";
import { toPoint, toSpot, unitOf } from "../../model/mapView";
import type { Frame, MapView } from "../../model/mapView";

/** Colours to each side of the plane. */
const COLORS = 40;

/** Largest radius of a dot in CSS pixels. */
const MOST_RADIUS = 5;

/** Fewer dots are larger; enlarged ones grow a little. */
export function radiusOf(count: number, zoom: number): number {
  const base = count > 20_000 ? 0.9 : count > 3000 ? 1.4 : count > 300 ? 2.4 : 3.6;
  return Math.min(MOST_RADIUS, base * zoom ** 0.35);
}

/** How much one dot covers, so that crowds still show where they are densest. */
export const coverOf = (count: number): number =>
  count > 20_000 ? 0.4 : count > 3000 ? 0.6 : count > 300 ? 0.75 : 0.92;

/** Colours of the plane as pixels without alpha, row by row from below. */
function colorsOf(theme: Theme): Uint32Array {
  const colors = new Uint32Array(COLORS * COLORS);
  for (let row = 0; row < COLORS; row++) {
    for (let column = 0; column < COLORS; column++) {
      const valence = (2 * column) / (COLORS - 1) - 1;
      const arousal = (2 * row) / (COLORS - 1) - 1;
      const [r, g, b] = dotColor({ valence, arousal }, theme);
      colors[row * COLORS + column] = (b << 16) | (g << 8) | r;
    }
  }
  return colors;
}

const cellOf = (value: number): number =>
  Math.max(0, Math.min(COLORS - 1, Math.round(((value + 1) / 2) * (COLORS - 1))));

/** Places of a dot's pixels around its middle, in a picture of some width. */
function stampOf(radius: number, width: number): Int32Array {
  const reach = Math.ceil(radius);
  const places: number[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      if (dx * dx + dy * dy <= radius * radius + 0.3) places.push(dy * width + dx);
    }
  }
  return Int32Array.from(places);
}

export class DotPainter {
  private image: ImageData | null = null;
  private pixels: Uint32Array = new Uint32Array(0);
  /** Holds at 255 by itself. */
  private counts = new Uint8ClampedArray(0);
  private colors: Uint32Array = new Uint32Array(0);
  private theme: Theme | null = null;

  /** Paints the dots over everything in the picture; `scale` is pixels per CSS pixel. */
  paint(
    context: CanvasRenderingContext2D,
    index: MapIndex,
    view: MapView,
    frame: Frame,
    scale: number,
    theme: Theme,
  ): void {
    const { width, height } = context.canvas;
    const image = this.fit(width, height);
    if (this.theme !== theme) {
      this.theme = theme;
      this.colors = colorsOf(theme);
    }
    const count = index.dots.ids.length;
    this.count(index, view, frame, scale, radiusOf(count, view.zoom) * scale);
    this.color(view, frame, scale, coverOf(count));
    context.putImageData(image, 0, 0);
  }

  private fit(width: number, height: number): ImageData {
    if (this.image?.width !== width || this.image.height !== height) {
      this.image = new ImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
      this.counts = new Uint8ClampedArray(width * height);
    }
    return this.image;
  }

  private count(index: MapIndex, view: MapView, frame: Frame, scale: number, radius: number): void {
    const { valence, arousal } = index.dots;
    const { counts, image } = this;
    const width = image?.width ?? 0;
    const height = image?.height ?? 0;
    counts.fill(0);
    const stamp = stampOf(radius, width);
    const reach = Math.ceil(radius) + 1;
    const [right, bottom] = [width - reach, height - reach];
    // A straight line from the plane to the pixels, so that each dot costs two products; half a
    // pixel more, and cutting off is rounding.
    const zero = toSpot({ valence: 0, arousal: 0 }, view, frame);
    const unit = unitOf(view, frame) * scale;
    const [left, top] = [zero.x * scale + 0.5, zero.y * scale + 0.5];
    const corners = [
      toPoint({ x: 0, y: frame.height }, view, frame),
      toPoint({ x: frame.width, y: 0 }, view, frame),
    ] as const;
    const seen = {
      left: corners[0].valence,
      low: corners[0].arousal,
      right: corners[1].valence,
      high: corners[1].arousal,
    };
    forEachRun(index, seen, (start, end) => {
      for (let i = start; i < end; i++) {
        const x = (left + (valence[i] as number) * unit) | 0;
        const y = (top - (arousal[i] as number) * unit) | 0;
        if (x < reach || y < reach || x >= right || y >= bottom) continue;
        const middle = y * width + x;
        for (let s = 0; s < stamp.length; s++) {
          const place = middle + (stamp[s] as number);
          counts[place] = (counts[place] as number) + 1;
        }
      }
    });
  }

  private color(view: MapView, frame: Frame, scale: number, cover: number): void {
    const { counts, pixels, colors, image } = this;
    const width = image?.width ?? 0;
    const height = image?.height ?? 0;
    const alphas = Uint32Array.from({ length: 256 }, (_, n) =>
      n === 0 ? 0 : Math.round(255 * (1 - (1 - cover) ** n)) << 24,
    );
    const columns = new Uint16Array(width);
    for (let x = 0; x < width; x++) {
      columns[x] = cellOf(toPoint({ x: x / scale, y: 0 }, view, frame).valence);
    }
    for (let y = 0, place = 0; y < height; y++) {
      const row = cellOf(toPoint({ x: 0, y: y / scale }, view, frame).arousal) * COLORS;
      for (let x = 0; x < width; x++, place++) {
        const n = counts[place] as number;
        pixels[place] =
          n === 0 ? 0 : (alphas[n] as number) | (colors[row + (columns[x] as number)] as number);
      }
    }
  }
}
