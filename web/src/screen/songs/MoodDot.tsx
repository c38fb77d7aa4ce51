/** Where a song is on the plane, as a dot in a small square. */

import type { Point } from "../../api/types";
import { css, vividColor } from "../../model/color";
import type { Theme } from "../../model/color";
import { feelingAt } from "../../model/feelings";

interface MoodDotProps {
  point: Point | null;
  theme: Theme;
}

export function MoodDot({ point, theme }: MoodDotProps) {
  const words = point ? `Mood: ${feelingAt(point)}` : "Mood not known";
  return (
    <svg className="mood-dot" viewBox="0 0 36 36" role="img" aria-label={words}>
      <rect x="1" y="1" width="34" height="34" rx="8" />
      <path d="M4 18H32M18 4V32" />
      {point && (
        <circle
          cx={18 + 13 * point.valence}
          cy={18 - 13 * point.arousal}
          r="4.6"
          fill={css(vividColor(point, theme))}
        />
      )}
    </svg>
  );
}
