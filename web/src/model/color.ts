/**
 * Colours from the valence–arousal plane: the four quadrant emotions are four hues, every other
 * point is their blend in OKLab (Ottosson 2020), so that the page takes on the colour of a mood.
 */

import type { Point } from "../api/types";

export type Theme = "light" | "dark";

interface Lab {
  l: number;
  a: number;
  b: number;
}

export type Rgb = [number, number, number];

/** Hues of the corners in degrees: amber, crimson, indigo, sea green. */
const CORNERS = { happiness: 78, anger: 18, sadness: 278, calmness: 172 };

const CORNER_CHROMA = 0.17;

/** The middle of the plane would be grey; a little mauve keeps an even mood from looking drab. */
const MIDDLE = { hue: 318, chroma: 0.055 };

function vector(hueDegrees: number, chroma: number): [number, number] {
  const angle = (hueDegrees * Math.PI) / 180;
  return [chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

/** The colour direction of a point: OKLab a and b. */
function blend(point: Point): [number, number] {
  const right = (Math.max(-1, Math.min(1, point.valence)) + 1) / 2;
  const up = (Math.max(-1, Math.min(1, point.arousal)) + 1) / 2;
  const weights: [number, number][] = [
    [CORNERS.happiness, right * up],
    [CORNERS.anger, (1 - right) * up],
    [CORNERS.sadness, (1 - right) * (1 - up)],
    [CORNERS.calmness, right * (1 - up)],
  ];
  let a = 0;
  let b = 0;
  for (const [hue, weight] of weights) {
    const [x, y] = vector(hue, CORNER_CHROMA);
    a += x * weight;
    b += y * weight;
  }
  const [x, y] = vector(MIDDLE.hue, MIDDLE.chroma);
  const middle = Math.max(0, 1 - Math.hypot(point.valence, point.arousal));
  return [a + x * middle, b + y * middle];
}

/** Hue in degrees and chroma of a point. */
export function hueOf(point: Point): { hue: number; chroma: number } {
  const [a, b] = blend(point);
  return { hue: (Math.atan2(b, a) * 180) / Math.PI, chroma: Math.hypot(a, b) };
}

function toLinear({ l, a, b }: Lab): Rgb {
  const x = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const y = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const z = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ];
}

const inGamut = (linear: Rgb): boolean => linear.every((c) => c >= -0.0005 && c <= 1.0005);

const encode = (c: number): number => {
  const clipped = Math.min(1, Math.max(0, c));
  return clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
};

/** sRGB in 0..255; chroma shrinks until the colour exists on a screen, the hue stays. */
export function oklch(lightness: number, chroma: number, hueDegrees: number): Rgb {
  let shrunk = chroma;
  for (let step = 0; step < 24; step++) {
    const [a, b] = vector(hueDegrees, shrunk);
    const linear = toLinear({ l: lightness, a, b });
    if (inGamut(linear)) return linear.map((c) => Math.round(255 * encode(c))) as Rgb;
    shrunk *= 0.93;
  }
  return toLinear({ l: lightness, a: 0, b: 0 }).map((c) => Math.round(255 * encode(c))) as Rgb;
}

export const css = ([r, g, b]: Rgb, alpha = 1): string =>
  alpha === 1 ? `rgb(${r} ${g} ${b})` : `rgb(${r} ${g} ${b} / ${alpha})`;

/** The colour with which the plane is painted at a point. */
export function planeColor(point: Point, theme: Theme): Rgb {
  const { hue, chroma } = hueOf(point);
  return theme === "light" ? oklch(0.87, chroma * 0.72, hue) : oklch(0.42, chroma * 0.85, hue);
}

/** A vivid version of a point's colour, for lines and dots on either theme. */
export function vividColor(point: Point, theme: Theme): Rgb {
  const { hue, chroma } = hueOf(point);
  return theme === "light"
    ? oklch(0.58, Math.max(chroma, 0.08), hue)
    : oklch(0.78, Math.max(chroma, 0.07), hue);
}

/** As vivid as the plane itself, so that a field of dots has no seams where colours meet. */
export function dotColor(point: Point, theme: Theme): Rgb {
  const { hue, chroma } = hueOf(point);
  return theme === "light" ? oklch(0.57, chroma, hue) : oklch(0.77, chroma, hue);
}

export interface Palette {
  /** Fill of the main button and of what is chosen. */
  accent: string;
  /** Text on `accent`. */
  onAccent: string;
  /** Accent as a text colour on the ground. */
  accentText: string;
  /** A quiet area in the accent's hue. */
  soft: string;
  /** The page behind everything. */
  ground: string;
  /** Cards on the ground. */
  surface: string;
}

/** The colours of the page for a mood; every text colour keeps 4.5 : 1 (checked by a test). */
export function palette(point: Point, theme: Theme): Record<keyof Palette, Rgb> {
  const { hue, chroma } = hueOf(point);
  const strong = Math.max(chroma, 0.06);
  if (theme === "light") {
    return {
      accent: oklch(0.47, strong, hue),
      onAccent: oklch(0.99, 0.004, hue),
      accentText: oklch(0.44, strong, hue),
      soft: oklch(0.92, Math.min(chroma, 0.12) * 0.35, hue),
      ground: oklch(0.968, Math.min(chroma, 0.12) * 0.11, hue),
      surface: oklch(0.992, Math.min(chroma, 0.12) * 0.03, hue),
    };
  }
  return {
    accent: oklch(0.8, strong * 0.85, hue),
    onAccent: oklch(0.2, 0.02, hue),
    accentText: oklch(0.84, strong * 0.7, hue),
    soft: oklch(0.33, Math.min(chroma, 0.12) * 0.38, hue),
    ground: oklch(0.19, Math.min(chroma, 0.12) * 0.24, hue),
    surface: oklch(0.245, Math.min(chroma, 0.12) * 0.24, hue),
  };
}

/** Contrast ratio of WCAG 2.2, 1..21. */
export function contrast(first: Rgb, second: Rgb): number {
  const luminance = (color: Rgb): number => {
    const [r, g, b] = color.map((c) => {
      const share = c / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }) as Rgb;
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [light, dark] = [luminance(first), luminance(second)].sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** Colours of the roles: hue and chroma; the lightness comes from the theme. */
const ROLE_HUES: Record<string, [number, number]> = {
  melody: [70, 0.15],
  counter: [25, 0.14],
  chords: [170, 0.11],
  pad: [305, 0.11],
  bass: [250, 0.14],
  drums: [270, 0.015],
};

export function roleColor(role: string, theme: Theme): Rgb {
  const [hue, chroma] = ROLE_HUES[role] ?? [0, 0];
  return theme === "light" ? oklch(0.6, chroma, hue) : oklch(0.76, chroma, hue);
}

/** Neutral ink and its quieter version, the same for every mood. */
export const INK: Record<Theme, { ink: Rgb; quiet: Rgb }> = {
  light: { ink: oklch(0.27, 0.015, 280), quiet: oklch(0.46, 0.015, 280) },
  dark: { ink: oklch(0.95, 0.006, 280), quiet: oklch(0.77, 0.012, 280) },
};
