/** Trails over the plane: what was asked of the music, what was heard in it, and what was felt. */

import { memo } from "react";
import type { Bar, Point } from "../../api/types";
import { css, vividColor } from "../../model/color";
import type { Theme } from "../../model/color";
import { toX, toY } from "./geometry";

interface TrailsProps {
  bars: readonly Bar[];
  /** Where the continuous senses have been. */
  felt: readonly Point[];
  theme: Theme;
}

export const Trails = memo(function Trails({ bars, felt, theme }: TrailsProps) {
  const asked = bars.map((bar) => bar.asked);
  const heard = bars.flatMap((bar) => (bar.heard ? [bar.heard] : []));
  return (
    <g className="trails" aria-hidden="true">
      <Trail points={felt} theme={theme} kind="felt" />
      <Trail points={asked} theme={theme} kind="asked" />
      <Trail points={heard} theme={theme} kind="heard" />
    </g>
  );
});

function Trail({
  points,
  theme,
  kind,
}: {
  points: readonly Point[];
  theme: Theme;
  kind: "asked" | "heard" | "felt";
}) {
  const last = points.at(-1);
  if (!last) return null;
  return (
    <g className={`trail ${kind}`}>
      {points.slice(1).map((point, i) => {
        const from = points[i] as Point;
        // Older steps fade; the newest is fully drawn.
        const age = (i + 2) / points.length;
        return (
          <line
            key={i}
            x1={toX(from.valence)}
            y1={toY(from.arousal)}
            x2={toX(point.valence)}
            y2={toY(point.arousal)}
            stroke={css(vividColor(point, theme))}
            opacity={0.12 + 0.88 * age ** 1.5}
          />
        );
      })}
      {kind === "heard" ? (
        <path
          className="trail-end"
          d={`M${toX(last.valence)} ${toY(last.arousal) - 7}l7 7l-7 7l-7-7z`}
        />
      ) : (
        <circle
          cx={toX(last.valence)}
          cy={toY(last.arousal)}
          r={kind === "asked" ? 6 : 4.5}
          className="trail-end"
        />
      )}
    </g>
  );
}
