/** The picture of the library: draws when something changed, at most once a frame. */

import type { Point } from "../../api/types";
import { INK, css, vividColor } from "../../model/color";
import type { Theme } from "../../model/color";
import { QUADRANTS } from "../../model/feelings";
import { nearestTo } from "../../model/mapIndex";
import type { MapIndex } from "../../model/mapIndex";
import { WHOLE, clampView, panned, toPoint, toSpot, unitOf, zoomed } from "../../model/mapView";
import type { Frame, MapView, Spot } from "../../model/mapView";
import { DotPainter } from "./dots";

/** A song is met from this many CSS pixels away; by keys from farther, as they aim less finely. */
const REACH_PX = 14;
const KEYS_REACH_PX = 120;

/** Sharp on dense screens, without paying for more than twice the pixels. */
const MOST_SCALE = 2;

/** The picture counts as moving so long after it moved. */
const REST_MS = 160;

/** Where a sharp picture takes longer than this to draw or to show, a moving one is drawn coarsely. */
const DRAW_BUDGET_MS = 8;
const SHOW_BUDGET_MS = 22;

/** What a set looks like on the map. */
export interface MapSet {
  way: readonly Point[];
  /** Songs in their order. */
  stops: readonly Point[];
}

export interface MapLook {
  index: MapIndex | null;
  set: MapSet | null;
  theme: Theme;
  /** Place in the columns of the song that is pointed at; -1 for none. */
  met: number;
  /** Whether the middle is marked, for those who move the map by keys. */
  crosshair: boolean;
}

/** Whether this machine draws fast enough to be sharp even in motion. */
class Pace {
  moving = false;
  private slow = false;
  private lastAt = 0;
  private late = 0;

  /** Whether the next picture is a coarse one. */
  get coarse(): boolean {
    return this.moving && this.slow;
  }

  /** Draws, and learns from how long it took and how long the picture before stood. */
  measure(now: number, draw: () => void): void {
    const stood = now - this.lastAt;
    this.lastAt = now;
    // After a rest the gap says nothing.
    if (this.moving && stood < REST_MS) this.late += stood > SHOW_BUDGET_MS ? 1 : -this.late;
    const began = performance.now();
    const sharp = !this.coarse;
    draw();
    const cost = performance.now() - began;
    if (sharp && (cost > DRAW_BUDGET_MS || this.late >= 2)) this.slow = true;
  }
}

export class MapPicture {
  view: MapView = WHOLE;
  private look: MapLook = { index: null, set: null, theme: "light", met: -1, crosshair: false };
  private readonly painter = new DotPainter();
  private readonly observer: ResizeObserver;
  private frame: Frame = { width: 0, height: 0 };
  private pending = 0;
  private readonly pace = new Pace();
  private rest = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(canvas);
  }

  close(): void {
    this.observer.disconnect();
    cancelAnimationFrame(this.pending);
    window.clearTimeout(this.rest);
  }

  show(change: Partial<MapLook>): void {
    this.look = { ...this.look, ...change };
    this.draw();
  }

  see(view: MapView): void {
    this.view = clampView(view);
    this.pace.moving = true;
    window.clearTimeout(this.rest);
    this.rest = window.setTimeout(() => {
      this.pace.moving = false;
      this.draw();
    }, REST_MS);
    this.draw();
  }

  pan(by: Spot): void {
    this.see(panned(this.view, by, this.size()));
  }

  zoom(factor: number, at: Spot | null = null): void {
    const frame = this.size();
    const middle = { x: frame.width / 2, y: frame.height / 2 };
    this.see(zoomed(this.view, factor, at ?? middle, frame));
  }

  /** Place in the columns of the song near a spot, or near the middle; -1 for none. */
  near(spot: Spot | null): number {
    const { index } = this.look;
    const frame = this.size();
    if (!index || frame.width === 0) return -1;
    const at = spot ?? { x: frame.width / 2, y: frame.height / 2 };
    const reach = spot ? REACH_PX : KEYS_REACH_PX;
    return nearestTo(index, toPoint(at, this.view, frame), reach / unitOf(this.view, frame));
  }

  /** Where a song is in the picture. */
  spotOf(place: number): Spot | null {
    const dots = this.look.index?.dots;
    const valence = dots?.valence[place];
    const arousal = dots?.arousal[place];
    if (valence === undefined || arousal === undefined) return null;
    return toSpot({ valence, arousal }, this.view, this.size());
  }

  private size(): Frame {
    return { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
  }

  private draw(): void {
    if (this.pending !== 0) return;
    this.pending = requestAnimationFrame((now) => {
      this.pending = 0;
      this.pace.measure(now, () => this.paint());
    });
  }

  private paint(): void {
    const context = this.canvas.getContext("2d");
    this.frame = this.size();
    const { width, height } = this.frame;
    if (!context || width === 0 || height === 0) return;
    const dense = Math.min(MOST_SCALE, window.devicePixelRatio || 1);
    const scale = this.pace.coarse ? Math.min(1, dense) : dense;
    const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.canvas.width !== wide) this.canvas.width = wide;
    if (this.canvas.height !== high) this.canvas.height = high;
    const { index, theme } = this.look;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    if (index) this.painter.paint(context, index, this.view, this.frame, scale, theme);
    else context.clearRect(0, 0, width, height);
    this.axes(context);
    this.set(context);
    this.marks(context);
  }

  private spot(point: Point): Spot {
    return toSpot(point, this.view, this.frame);
  }

  private axes(context: CanvasRenderingContext2D): void {
    const { ink, quiet } = INK[this.look.theme];
    const [left, right] = [
      this.spot({ valence: -1, arousal: 0 }),
      this.spot({ valence: 1, arousal: 0 }),
    ];
    const [low, high] = [
      this.spot({ valence: 0, arousal: -1 }),
      this.spot({ valence: 0, arousal: 1 }),
    ];
    context.strokeStyle = css(ink, 0.28);
    context.lineWidth = 1;
    context.setLineDash([1, 5]);
    context.beginPath();
    context.moveTo(left.x, left.y);
    context.lineTo(right.x, right.y);
    context.moveTo(low.x, low.y);
    context.lineTo(high.x, high.y);
    context.stroke();
    context.setLineDash([]);
    context.font = "italic 500 17px 'Iowan Old Style', Palatino, Georgia, serif";
    context.textBaseline = "middle";
    for (const { name, valence, arousal } of QUADRANTS) {
      const { x, y } = this.spot({ valence: 0.97 * valence, arousal: 0.95 * arousal });
      context.textAlign = valence > 0 ? "right" : "left";
      this.text(context, name, { x, y }, css(quiet));
    }
  }

  /** Text that can be read over dots. */
  private text(
    context: CanvasRenderingContext2D,
    text: string,
    { x, y }: Spot,
    color: string,
  ): void {
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle =
      this.look.theme === "light" ? "rgb(255 255 255 / .85)" : "rgb(20 18 26 / .85)";
    context.strokeText(text, x, y);
    context.fillStyle = color;
    context.fillText(text, x, y);
  }

  private set(context: CanvasRenderingContext2D): void {
    const { set, theme } = this.look;
    if (!set) return;
    const ink = css(INK[theme].ink);
    context.strokeStyle = ink;
    context.lineWidth = 2.2;
    context.lineJoin = "round";
    context.setLineDash([2, 5]);
    context.lineCap = "round";
    context.beginPath();
    for (const point of set.way) {
      const { x, y } = this.spot(point);
      context.lineTo(x, y);
    }
    context.stroke();
    context.setLineDash([]);
    context.font = "600 12px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    // The first stands in front.
    for (let i = set.stops.length - 1; i >= 0; i--) {
      const point = set.stops[i] as Point;
      const { x, y } = this.spot(point);
      context.beginPath();
      context.arc(x, y, 11, 0, 2 * Math.PI);
      context.fillStyle = theme === "light" ? "#fffdfa" : "#17151c";
      context.fill();
      context.lineWidth = 3;
      context.strokeStyle = css(vividColor(point, theme));
      context.stroke();
      context.fillStyle = ink;
      context.fillText(String(i + 1), x, y + 0.5);
    }
  }

  private marks(context: CanvasRenderingContext2D): void {
    const { met, crosshair, theme } = this.look;
    const { width, height } = this.frame;
    context.strokeStyle = css(INK[theme].ink);
    context.lineWidth = 2;
    context.beginPath();
    if (crosshair) {
      const [x, y] = [width / 2, height / 2];
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ] as const) {
        context.moveTo(x + 7 * dx, y + 7 * dy);
        context.lineTo(x + 17 * dx, y + 17 * dy);
      }
    }
    const spot = this.spotOf(met);
    if (spot) {
      context.moveTo(spot.x + 9, spot.y);
      context.arc(spot.x, spot.y, 9, 0, 2 * Math.PI);
    }
    context.stroke();
  }
}
