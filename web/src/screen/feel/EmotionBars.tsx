/** The emotions of the quadrants as bars. */

import type { CSSProperties } from "react";
import type { Emotions } from "../../api/types";
import { css, vividColor } from "../../model/color";
import type { Theme } from "../../model/color";

/** Where each emotion lies on the plane, for its colour. */
const PLACES = {
  happiness: { valence: 0.8, arousal: 0.5 },
  anger: { valence: -0.8, arousal: 0.6 },
  sadness: { valence: -0.7, arousal: -0.5 },
  calmness: { valence: 0.6, arousal: -0.6 },
} as const;

interface EmotionBarsProps {
  emotions: Emotions;
  theme: Theme;
}

export function EmotionBars({ emotions, theme }: EmotionBarsProps) {
  return (
    <ul className="bars" aria-label="Emotions">
      {(Object.keys(PLACES) as (keyof Emotions)[]).map((name) => {
        const color = css(vividColor(PLACES[name], theme));
        const style = { "--share": emotions[name], "--color": color } as CSSProperties;
        return (
          <li key={name} style={style}>
            <span>{name}</span>
            <span className="bar" aria-hidden="true" />
            <span className="numbers">{Math.round(emotions[name] * 100)} %</span>
          </li>
        );
      })}
    </ul>
  );
}
