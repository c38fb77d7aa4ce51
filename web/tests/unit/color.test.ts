/** Every mood must stay readable on both themes. */

import { describe, expect, it } from "vitest";
import { INK, contrast, oklch, palette, planeColor, roleColor } from "../../src/model/color";
import type { Rgb, Theme } from "../../src/model/color";

const STEPS = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1];
const MOODS = STEPS.flatMap((valence) => STEPS.map((arousal) => ({ valence, arousal })));
const THEMES: Theme[] = ["light", "dark"];

function lowest(pairs: (theme: Theme, mood: (typeof MOODS)[number]) => [Rgb, Rgb]): number {
  return Math.min(
    ...THEMES.flatMap((theme) => MOODS.map((mood) => contrast(...pairs(theme, mood)))),
  );
}

describe("contrast", () => {
  it("is 21 between black and white", () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
  });
  it("of text on every ground is at least 4.5", () => {
    for (const ink of ["ink", "quiet"] as const) {
      for (const ground of ["ground", "surface", "soft"] as const) {
        const least = lowest((theme, mood) => [INK[theme][ink], palette(mood, theme)[ground]]);
        expect(least, `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
  it("of the accent is at least 4.5 wherever it carries or is text", () => {
    const cases = [
      ["onAccent", "accent"],
      ["accentText", "ground"],
      ["accentText", "surface"],
    ] as const;
    for (const [text, ground] of cases) {
      const least = lowest((theme, mood) => [
        palette(mood, theme)[text],
        palette(mood, theme)[ground],
      ]);
      expect(least, `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });
  it("of ink on the plane is at least 4.5", () => {
    expect(
      lowest((theme, mood) => [INK[theme].ink, planeColor(mood, theme)]),
    ).toBeGreaterThanOrEqual(4.5);
  });
  it("of roles on the surface is at least 3, as WCAG asks of pictures", () => {
    for (const role of ["melody", "counter", "chords", "pad", "bass", "drums"]) {
      const least = lowest((theme, mood) => [roleColor(role, theme), palette(mood, theme).surface]);
      expect(least, role).toBeGreaterThanOrEqual(3);
    }
  });
});

describe("oklch", () => {
  it("knows white, black and mid grey", () => {
    expect(oklch(1, 0, 0)).toEqual([255, 255, 255]);
    expect(oklch(0, 0, 0)).toEqual([0, 0, 0]);
    expect(oklch(0.5999, 0, 0)).toEqual([128, 128, 128]);
  });
});
