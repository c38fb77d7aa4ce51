/** Paints the piano roll: bars, chords and notes around the moment that is heard. */

import type { Bar, Note } from "../../api/types";
import { chordAt } from "../../model/timeline";
import { css, planeColor, roleColor } from "../../model/color";
import type { Rgb, Theme } from "../../model/color";
import { musical } from "./musical";

/** Height of the lane with the chord names. */
const CHORD_LANE = 34;
const DRUM_LANE = 54;
const MIN_SEMITONES = 26;

export interface View {
  width: number;
  height: number;
  theme: Theme;
  /** Samples at the left and right edge. */
  from: number;
  to: number;
  /** The position that is heard; `null` for a still picture. */
  heard: number | null;
  /** Lowest and highest pitch drawn. */
  low: number;
  high: number;
}

interface Ink {
  text: string;
  quiet: string;
  line: string;
}

const INKS: Record<Theme, Ink> = {
  light: { text: "#2d2836", quiet: "rgb(45 40 54 / .62)", line: "rgb(45 40 54 / .14)" },
  dark: { text: "#f3eff7", quiet: "rgb(243 239 247 / .66)", line: "rgb(243 239 247 / .12)" },
};

/** Pitches that the picture must hold, widened to a calm minimum. */
export function pitchRange(bars: readonly Bar[]): [number, number] {
  let low = 127;
  let high = 0;
  for (const bar of bars) {
    for (const note of bar.notes) {
      if (note.role === "drums") continue;
      low = Math.min(low, note.pitch);
      high = Math.max(high, note.pitch);
    }
  }
  if (low > high) return [48, 48 + MIN_SEMITONES];
  const missing = Math.max(0, MIN_SEMITONES - (high - low));
  return [low - 2 - missing / 2, high + 2 + missing / 2];
}

export function paintRoll(
  context: CanvasRenderingContext2D,
  bars: readonly Bar[],
  view: View,
): void {
  const ink = INKS[view.theme];
  context.clearRect(0, 0, view.width, view.height);
  const x = (position: number): number =>
    ((position - view.from) / (view.to - view.from)) * view.width;
  for (const bar of bars) paintBar(context, bar, view, x, ink);
  const last = bars.at(-1);
  if (last && last.end < view.to) paintUnwritten(context, last, view, x);
  for (const bar of bars) {
    for (const note of bar.notes) {
      if (note.end >= view.from && note.start <= view.to) paintNote(context, note, view, x);
    }
  }
  if (view.heard !== null) paintPlayhead(context, x(view.heard), view);
}

type ToX = (position: number) => number;

function paintBar(context: CanvasRenderingContext2D, bar: Bar, view: View, x: ToX, ink: Ink): void {
  const left = x(bar.start);
  const right = x(bar.end);
  context.fillStyle = css(planeColor(bar.asked, view.theme), view.theme === "light" ? 0.62 : 0.8);
  context.fillRect(left, 0, right - left + 0.5, view.height);
  context.fillStyle = ink.line;
  const strong = bar.phrase_bar === 0 ? 2 : 1;
  context.fillRect(left, 0, strong, view.height);
  context.fillRect(left, view.height - DRUM_LANE + 4, right - left, 1);
  for (const chord of bar.chords) {
    const sounds = view.heard !== null && chordAt(bar, view.heard) === chord;
    context.font = `${sounds ? 650 : 500} 14px system-ui, sans-serif`;
    context.fillStyle = sounds ? ink.text : ink.quiet;
    context.fillText(musical(chord.symbol), x(chord.start) + 8, 23);
  }
}

/** What is not composed yet fades into the paper. */
function paintUnwritten(context: CanvasRenderingContext2D, last: Bar, view: View, x: ToX): void {
  const left = x(last.end);
  const color = planeColor(last.asked, view.theme);
  const gradient = context.createLinearGradient(left, 0, left + 0.3 * view.width, 0);
  gradient.addColorStop(0, css(color, view.theme === "light" ? 0.62 : 0.8));
  gradient.addColorStop(1, css(color, 0));
  context.fillStyle = gradient;
  context.fillRect(left, 0, view.width - left, view.height);
}

/** A kit from the bottom up: bass drum, snare, toms, hats and cymbals. */
export function drumRow(pitch: number): number {
  if (pitch <= 36) return 0;
  if (pitch <= 40) return 1;
  if ([41, 43, 45, 47, 48, 50].includes(pitch)) return 2;
  return 3;
}

function paintNote(context: CanvasRenderingContext2D, note: Note, view: View, x: ToX): void {
  const color = roleColor(note.role, view.theme);
  const heard = view.heard;
  const sounds = heard !== null && heard >= note.start && heard < note.end;
  const past = heard !== null && heard >= note.end;
  const strength = 0.55 + (0.45 * note.velocity) / 127;
  const alpha = heard === null || sounds ? 1 : past ? 0.45 * strength : 0.8 * strength;
  if (note.role === "drums") paintDrum(context, note, view, x(note.start), color, alpha);
  else paintTone(context, note, view, x, color, alpha, sounds);
}

function paintDrum(
  context: CanvasRenderingContext2D,
  note: Note,
  view: View,
  left: number,
  color: Rgb,
  alpha: number,
): void {
  const since = view.heard === null ? 1 : (view.heard - note.start) / 9600;
  const flash = since >= 0 && since < 1 && view.heard !== null ? 1 - since : 0;
  const y = view.height - 12 - drumRow(note.pitch) * 10;
  context.fillStyle = css(color, Math.max(alpha, flash));
  context.beginPath();
  context.arc(left, y, 1.6 + note.velocity / 60 + 2.4 * flash, 0, 2 * Math.PI);
  context.fill();
}

function paintTone(
  context: CanvasRenderingContext2D,
  note: Note,
  view: View,
  x: ToX,
  color: Rgb,
  alpha: number,
  sounds: boolean,
): void {
  const room = view.height - CHORD_LANE - DRUM_LANE;
  const row = room / (view.high - view.low);
  const thick = Math.max(4, Math.min(11, row * 0.86)) + (sounds ? 2 : 0);
  const left = x(note.start);
  const width = Math.max(thick * 0.8, x(note.end) - left - 1.5);
  const y = CHORD_LANE + (view.high - note.pitch) * row - thick / 2;
  if (sounds) {
    // Two pale rims glow like a blur and cost next to nothing without a graphics card.
    for (const rim of [6, 3]) {
      context.fillStyle = css(color, 0.16);
      context.beginPath();
      context.roundRect(left - rim, y - rim, width + 2 * rim, thick + 2 * rim, thick / 2 + rim);
      context.fill();
    }
  }
  context.fillStyle = css(color, alpha);
  context.beginPath();
  context.roundRect(left, y, width, thick, thick / 2);
  context.fill();
}

function paintPlayhead(context: CanvasRenderingContext2D, x: number, view: View): void {
  const gradient = context.createLinearGradient(0, 0, 0, view.height);
  const tone = view.theme === "light" ? "45 40 54" : "255 255 255";
  gradient.addColorStop(0, `rgb(${tone} / 0)`);
  gradient.addColorStop(0.15, `rgb(${tone} / .55)`);
  gradient.addColorStop(0.85, `rgb(${tone} / .55)`);
  gradient.addColorStop(1, `rgb(${tone} / 0)`);
  context.fillStyle = gradient;
  context.fillRect(x - 0.75, 0, 1.5, view.height);
}
