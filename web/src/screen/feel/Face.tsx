/** A face drawn from valence and arousal: the mouth follows one, eyes and brows the other. */

import type { Point } from "../../api/types";
import { css, hueOf, oklch } from "../../model/color";

const lerp = (a: number, b: number, t: number): number => a + (b - a) * t;
const INK = "#2b2433";

function mouth({ valence, arousal }: Point): string {
  const width = lerp(13, 20, (Math.abs(valence) + Math.max(0, arousal)) / 2);
  const bend = valence * 17;
  const y = 17 - bend * 0.42;
  const open = Math.max(0, arousal - 0.35) * 24;
  const upper = `M${-width} ${y}Q0 ${y + bend} ${width} ${y}`;
  return open > 1
    ? `${upper}Q0 ${y + bend + (bend < 0 ? 0.6 : 1) * open + 4} ${-width} ${y}Z`
    : upper;
}

function Eye({ side, mood }: { side: -1 | 1; mood: Point }) {
  const x = 17 * side;
  if (mood.arousal < -0.55) {
    return <path d={`M${x - 6} -9q6 6 12 0`} fill="none" stroke={INK} strokeWidth="3.6" />;
  }
  const height = lerp(3.2, 7.6, (mood.arousal + 0.55) / 1.55);
  return <ellipse cx={x} cy={-9} rx="4.3" ry={height} fill={INK} />;
}

function Brow({ side, mood }: { side: -1 | 1; mood: Point }) {
  const gloom = Math.max(0, -mood.valence);
  if (gloom < 0.25) return null;
  // Anger pulls the inner ends down, sorrow lifts them.
  const tilt = gloom * (mood.arousal > 0.4 ? 8 : -6);
  const inner = -21 + tilt / 2 - (mood.arousal > 0.4 ? 0 : 3);
  const outer = -21 - tilt / 2;
  return <path d={`M${8 * side} ${inner}L${25 * side} ${outer}`} stroke={INK} strokeWidth="3.4" />;
}

/** The drawing itself, 100 units wide around the origin, for use inside another picture. */
export function FaceShape({ mood }: { mood: Point }) {
  const { hue, chroma } = hueOf(mood);
  return (
    <g strokeLinecap="round" strokeLinejoin="round">
      <circle r="46" fill={css(oklch(0.83, Math.max(chroma, 0.05), hue))} />
      <Eye side={-1} mood={mood} />
      <Eye side={1} mood={mood} />
      <Brow side={-1} mood={mood} />
      <Brow side={1} mood={mood} />
      <path
        d={mouth(mood)}
        fill={mood.arousal > 0.4 ? INK : "none"}
        stroke={INK}
        strokeWidth="3.8"
      />
    </g>
  );
}

export function Face({ mood }: { mood: Point }) {
  return (
    <svg className="face" viewBox="-50 -50 100 100" aria-hidden="true">
      <FaceShape mood={mood} />
    </svg>
  );
}
