/** From the valence–arousal plane to a picture of the library that can be moved and enlarged. */

import type { Point } from "../api/types";

/** What of the plane is seen: its middle and how much it is enlarged. */
export interface MapView {
  valence: number;
  arousal: number;
  zoom: number;
}

/** The picture in CSS pixels. */
export interface Frame {
  width: number;
  height: number;
}

export interface Spot {
  x: number;
  y: number;
}

export const WHOLE: MapView = { valence: 0, arousal: 0, zoom: 1 };
export const MOST_ZOOM = 64;

/** Space around the plane, so that dots on its edge are whole. */
const MARGIN = 1.07;

/** Pixels for one unit of the plane. */
export const unitOf = (view: MapView, { width, height }: Frame): number =>
  (Math.min(width, height) / (2 * MARGIN)) * view.zoom;

export function toSpot(point: Point, view: MapView, frame: Frame): Spot {
  const unit = unitOf(view, frame);
  return {
    x: frame.width / 2 + (point.valence - view.valence) * unit,
    y: frame.height / 2 - (point.arousal - view.arousal) * unit,
  };
}

export function toPoint(spot: Spot, view: MapView, frame: Frame): Point {
  const unit = unitOf(view, frame);
  return {
    valence: view.valence + (spot.x - frame.width / 2) / unit,
    arousal: view.arousal - (spot.y - frame.height / 2) / unit,
  };
}

const within = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));

/** A view that is enlarged by a possible amount and does not leave the plane. */
export function clampView(view: MapView): MapView {
  const zoom = Math.max(1, Math.min(MOST_ZOOM, view.zoom));
  // Whole, it stays in its place; enlarged, every song can be brought to the middle.
  const limit = Math.min(1, zoom - 1);
  return { zoom, valence: within(view.valence, limit), arousal: within(view.arousal, limit) };
}

/** Moved as far as a pointer went. */
export function panned(view: MapView, by: Spot, frame: Frame): MapView {
  const unit = unitOf(view, frame);
  return clampView({
    ...view,
    valence: view.valence - by.x / unit,
    arousal: view.arousal + by.y / unit,
  });
}

/** Enlarged by a factor around a spot, under which the same point stays. */
export function zoomed(view: MapView, factor: number, at: Spot, frame: Frame): MapView {
  const fixed = toPoint(at, view, frame);
  const zoom = clampView({ ...view, zoom: view.zoom * factor }).zoom;
  const unit = unitOf({ ...view, zoom }, frame);
  return clampView({
    zoom,
    valence: fixed.valence - (at.x - frame.width / 2) / unit,
    arousal: fixed.arousal + (at.y - frame.height / 2) / unit,
  });
}

/** Share of the seen plane that a key moves. */
const KEY_STEP = 0.18;
const KEY_ZOOM = 1.5;

/** The view after a key, or `null` where the key is none of the map's. */
export function keyed(view: MapView, key: string): MapView | null {
  const step = KEY_STEP / view.zoom;
  const zoom = (factor: number): MapView => clampView({ ...view, zoom: view.zoom * factor });
  switch (key) {
    case "ArrowLeft":
      return clampView({ ...view, valence: view.valence - step });
    case "ArrowRight":
      return clampView({ ...view, valence: view.valence + step });
    case "ArrowUp":
      return clampView({ ...view, arousal: view.arousal + step });
    case "ArrowDown":
      return clampView({ ...view, arousal: view.arousal - step });
    case "+":
    case "=":
      return zoom(KEY_ZOOM);
    case "-":
    case "−":
      return zoom(1 / KEY_ZOOM);
    case "0":
    case "Home":
      return WHOLE;
    default:
      return null;
  }
}
