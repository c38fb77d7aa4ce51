import { describe, expect, it } from "vitest";
import { dotsOf, indexOf, nearestTo } from "../../src/model/mapIndex";
import {
  MOST_ZOOM,
  WHOLE,
  clampView,
  keyed,
  panned,
  toPoint,
  toSpot,
  unitOf,
  zoomed,
} from "../../src/model/mapView";

const FRAME = { width: 600, height: 400 };
const at = (valence: number, arousal: number) => ({ valence, arousal });

describe("the map's projection", () => {
  it("puts the middle in the middle and up is up", () => {
    expect(toSpot(at(0, 0), WHOLE, FRAME)).toEqual({ x: 300, y: 200 });
    expect(toSpot(at(0, 1), WHOLE, FRAME).y).toBeLessThan(200);
    expect(toSpot(at(1, 0), WHOLE, FRAME).x).toBeGreaterThan(300);
  });
  it("shows the whole plane", () => {
    for (const corner of [at(1, 1), at(-1, -1)]) {
      const { x, y } = toSpot(corner, WHOLE, FRAME);
      expect(x > 0 && x < FRAME.width && y > 0 && y < FRAME.height).toBe(true);
    }
  });
  it("goes back from the picture to the plane", () => {
    const view = { valence: 0.3, arousal: -0.2, zoom: 5 };
    const point = toPoint(toSpot(at(0.4, -0.1), view, FRAME), view, FRAME);
    expect(point.valence).toBeCloseTo(0.4);
    expect(point.arousal).toBeCloseTo(-0.1);
  });
  it("keeps the point under the pointer while it is enlarged", () => {
    const spot = { x: 420, y: 130 };
    const before = toPoint(spot, WHOLE, FRAME);
    const view = zoomed(WHOLE, 4, spot, FRAME);
    expect(view.zoom).toBe(4);
    const after = toPoint(spot, view, FRAME);
    expect(after.valence).toBeCloseTo(before.valence);
    expect(after.arousal).toBeCloseTo(before.arousal);
  });
  it("moves with the pointer", () => {
    const view = { valence: 0.1, arousal: 0.1, zoom: 4 };
    const moved = panned(view, { x: 50, y: 20 }, FRAME);
    const unit = unitOf(view, FRAME);
    expect(moved.valence).toBeCloseTo(0.1 - 50 / unit);
    expect(moved.arousal).toBeCloseTo(0.1 + 20 / unit);
  });
  it("never leaves the plane", () => {
    expect(clampView({ valence: 9, arousal: -9, zoom: 1.5 })).toEqual({
      valence: 0.5,
      arousal: -0.5,
      zoom: 1.5,
    });
    expect(clampView({ valence: 9, arousal: 0, zoom: 8 }).valence).toBe(1);
    expect(clampView({ valence: 0.4, arousal: 0, zoom: 0.1 })).toEqual(WHOLE);
    expect(clampView({ ...WHOLE, zoom: 1e9 }).zoom).toBe(MOST_ZOOM);
  });
  it("knows its keys", () => {
    const near = { valence: 0, arousal: 0, zoom: 4 };
    expect(keyed(near, "ArrowRight")?.valence).toBeGreaterThan(0);
    expect(keyed(near, "ArrowUp")?.arousal).toBeGreaterThan(0);
    expect(keyed(near, "+")?.zoom).toBe(6);
    expect(keyed(near, "0")).toEqual(WHOLE);
    expect(keyed(near, "a")).toBeNull();
  });
});

describe("finding the song under the pointer", () => {
  it("finds the nearest within reach, and none beyond", () => {
    const index = indexOf(dotsOf({ ids: [7, 8, 9], valence: [0, 0.1, 1], arousal: [0, 0, 1] }));
    const idAt = (place: number) => index.dots.ids[place];
    expect(idAt(nearestTo(index, at(0.08, 0), 0.05))).toBe(8);
    expect(nearestTo(index, at(0.5, 0.5), 0.05)).toBe(-1);
    expect(idAt(nearestTo(index, at(1.02, 1.02), 0.1))).toBe(9);
  });
  it("finds what a look at every song finds", () => {
    let seed = 1;
    const random = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return (seed / 2_147_483_647) * 2 - 1;
    };
    const points = Array.from({ length: 5000 }, () => at(random(), random()));
    const map = {
      ids: points.map((_, i) => i),
      valence: points.map((p) => p.valence),
      arousal: points.map((p) => p.arousal),
    };
    const index = indexOf(dotsOf(map));
    for (let i = 0; i < 200; i++) {
      const point = at(random(), random());
      const found = nearestTo(index, point, 0.06);
      const away = points.map((p) =>
        Math.hypot(p.valence - point.valence, p.arousal - point.arousal),
      );
      const least = Math.min(...away);
      if (least > 0.06) expect(found).toBe(-1);
      else expect(away[index.dots.ids[found] ?? -1]).toBeCloseTo(least, 5);
    }
  });
  it("takes columns of unlike lengths and none at all", () => {
    expect(dotsOf({ ids: [1, 2], valence: [0], arousal: [0, 1] }).ids).toHaveLength(1);
    expect(nearestTo(indexOf(dotsOf({ ids: [], valence: [], arousal: [] })), at(0, 0), 1)).toBe(-1);
  });
});
