/** What a voice or a face told, how sure that is, and one click to say it was otherwise. */

import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import type { Point } from "../../api/types";
import type { Theme } from "../../model/color";
import { QUADRANTS } from "../../model/feelings";
import { feltOf } from "../../senses/types";
import type { FaceAnswer, SenseName, SpeechAnswer } from "../../senses/types";
import { sentence } from "../frame/sentence";
import { EmotionBars } from "./EmotionBars";
import { Face } from "./Face";
import { describeFelt, topLabels } from "./words";

/** How far out on the plane a quadrant is meant when only its name was chosen. */
const CORNER = 0.6;

/** How long the thanks stand there. */
const THANKS_MS = 5000;

interface UnderstoodProps {
  sense: SenseName;
  answer: SpeechAnswer | FaceAnswer;
  theme: Theme;
  /** More about it, between the bars and the correction. */
  children?: ReactNode;
  onCorrect(point: Point): void;
}

export function Understood({ sense, answer, theme, children, onCorrect }: UnderstoodProps) {
  const felt = feltOf(answer);
  if (!felt) {
    return (
      <div className="understood" data-abstained="true">
        <p>{sentence(answer.reason ?? "I could not tell")}</p>
        <p className="note">I would rather not guess. The music stays as it is.</p>
        {children}
      </div>
    );
  }
  return (
    <div className="understood" data-abstained="false">
      <p>{describeFelt(felt, sense)}</p>
      {felt.emotions && <EmotionBars emotions={felt.emotions} theme={theme} />}
      <ul className="labels" aria-label="In more words">
        {topLabels(felt.labels, []).map(([label, share]) => (
          <li key={label}>
            {label} <span>{Math.round(share * 100)} %</span>
          </li>
        ))}
      </ul>
      {children}
      <Correct onCorrect={onCorrect} />
    </div>
  );
}

function Correct({ onCorrect }: { onCorrect(point: Point): void }) {
  const [noted, setNoted] = useState<string | null>(null);
  useEffect(() => {
    if (noted === null) return;
    const handle = setTimeout(() => setNoted(null), THANKS_MS);
    return () => clearTimeout(handle);
  }, [noted]);
  return (
    <fieldset className="correct">
      <legend>
        <span role="status">
          {noted ? `Noted: ${noted}. Your word counts more.` : "Not right? I feel rather"}
        </span>
      </legend>
      {QUADRANTS.map(({ name, valence, arousal }) => {
        const point = { valence: CORNER * valence, arousal: CORNER * arousal };
        return (
          <button
            key={name}
            type="button"
            onClick={() => {
              setNoted(name);
              onCorrect(point);
            }}
          >
            <Face mood={point} />
            {name}
          </button>
        );
      })}
    </fieldset>
  );
}
