/** The piano roll: moves with what is heard, or shows bar after bar where motion is unwanted. */

import { useEffect, useRef } from "react";
import { SAMPLE_RATE } from "../../api/frames";
import { useFrame } from "../../hooks/useClock";
import { useReducedMotion } from "../../hooks/useMedia";
import type { Theme } from "../../model/color";
import type { Session } from "../../session/session";
import { paintRoll, pitchRange } from "./paint";

/** Where the heard moment stands, as a share of the width. */
const HEARD_AT = 0.6;

/** Seconds that fit into 100 pixels. */
const SECONDS_PER_100_PX = 1;

/** Half the frames are enough; a picture that takes longer than this is drawn even less often. */
const FRAME_BUDGET_MS = 5;

/** Frames left out at most after one that was drawn. */
const MOST_REST = 4;

interface RollProps {
  session: Session;
  theme: Theme;
  active: boolean;
}

/** Sharp on dense screens, without paying for more than twice the pixels. */
function fit(canvas: HTMLCanvasElement): { width: number; height: number; scale: number } {
  const scale = Math.min(2, window.devicePixelRatio || 1);
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  return { width, height, scale };
}

export function Roll({ session, theme, active }: RollProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const range = useRef<[number, number]>([48, 84]);
  const lastHeard = useRef<number | null>(null);
  const stillBar = useRef(-1);
  const rest = useRef(0);
  const still = useReducedMotion();

  useEffect(() => {
    stillBar.current = -1;
  }, [still, theme]);

  const draw = (): void => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context) return;
    const heard = session.heardPosition() ?? lastHeard.current;
    if (heard === null) return;
    lastHeard.current = heard;
    const { width, height, scale } = fit(canvas.current);
    let from: number;
    let to: number;
    if (still) {
      const bar = session.timeline.at(heard);
      if (!bar || bar.index === stillBar.current) return;
      stillBar.current = bar.index;
      [from, to] = [bar.start, bar.end];
    } else {
      const span = (width / 100) * SECONDS_PER_100_PX * SAMPLE_RATE;
      from = heard - span * HEARD_AT;
      to = from + span;
    }
    const bars = session.timeline.between(from, to);
    const [low, high] = pitchRange(bars);
    // The picture follows the register slowly; jumping pitches would be hard to read.
    const ease = still ? 1 : 0.06;
    range.current = [
      range.current[0] + (low - range.current[0]) * ease,
      range.current[1] + (high - range.current[1]) * ease,
    ];
    context.setTransform(scale, 0, 0, scale, 0, 0);
    paintRoll(context, bars, {
      width,
      height,
      theme,
      from,
      to,
      heard: still ? null : heard,
      low: range.current[0],
      high: range.current[1],
    });
  };
  useFrame(() => {
    if (rest.current > 0) {
      rest.current -= 1;
      return;
    }
    const began = performance.now();
    draw();
    const cost = performance.now() - began;
    rest.current = 1 + Math.min(MOST_REST, Math.floor(cost / FRAME_BUDGET_MS));
  }, active);

  return (
    <canvas
      ref={canvas}
      className={`roll ${still ? "roll-still" : ""}`}
      role="img"
      aria-label="Piano roll of the music, coloured by role"
    />
  );
}
