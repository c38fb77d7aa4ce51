/** How do you feel: words with their live estimate, and a row of faces. */

import type { ReactNode, Ref } from "react";
import type { Point, Sensed } from "../../api/types";
import type { Sense } from "../../hooks/useSense";
import { FEELINGS, distance } from "../../model/feelings";
import type { Wish } from "../../model/wish";
import { Problem } from "../frame/Notice";
import { Face } from "./Face";
import { describeFelt, describeSensed, topLabels } from "./words";

interface FeelProps {
  wish: Wish;
  sense: Sense;
  maxBytes: number;
  textRef: Ref<HTMLTextAreaElement>;
  /** The other ways to say it, and a question where the answer is unsure. */
  children?: ReactNode;
  onText(text: string): void;
  onPoint(point: Point): void;
  onSubmit(): void;
}

export function Feel(props: FeelProps) {
  const { wish, sense, maxBytes, textRef, onText, onPoint, onSubmit } = props;
  // What changes all the time is told to screen readers elsewhere, and less often.
  const live = wish.pointedBy === "text" || wish.pointedBy === "hand" ? "polite" : "off";
  return (
    <section className="feel" aria-labelledby="feel-title">
      <h2 id="feel-title">How do you feel?</h2>
      <textarea
        ref={textRef}
        id="feel-text"
        rows={2}
        value={wish.text}
        maxLength={Math.floor(maxBytes / 4)}
        placeholder="Long day, tired, but a bit hopeful…"
        aria-labelledby="feel-title"
        aria-describedby="feel-estimate"
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            onSubmit();
          }
        }}
      />
      <div
        id="feel-estimate"
        className="estimate"
        role="status"
        aria-live={live}
        aria-busy={sense.busy}
      >
        <WhatCounts wish={wish} />
      </div>
      {sense.problem && <Problem problem={sense.problem} />}
      {props.children}
      <ul className="faces" aria-label="Feelings to choose from">
        {FEELINGS.map((feeling) => {
          const chosen = wish.pointedBy === "hand" && distance(wish.point, feeling) < 0.02;
          return (
            <li key={feeling.name}>
              <button
                type="button"
                aria-pressed={chosen}
                onClick={() => onPoint({ valence: feeling.valence, arousal: feeling.arousal })}
              >
                <Face mood={feeling} />
                <span>{feeling.name}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What the point on the plane came from last. */
function WhatCounts({ wish }: { wish: Wish }) {
  const { pointedBy, sensed, felt } = wish;
  if (pointedBy === "text" && sensed) return <Estimate sensed={sensed} />;
  if (pointedBy === "hand") return <p className="quiet">You pointed at it; that counts.</p>;
  if (felt && pointedBy !== "start" && pointedBy !== "text") {
    return <p>{describeFelt(felt, pointedBy)}</p>;
  }
  return <p className="quiet">Say it in your words, tap a face, or move the point.</p>;
}

function Estimate({ sensed }: { sensed: Sensed }) {
  // Nobody in distress needs to be told percentages.
  if (sensed.support) return <p>Thank you for saying it.</p>;
  return (
    <>
      <p>{describeSensed(sensed)}</p>
      {sensed.warning && <p className="note">{sensed.warning}</p>}
      <ul className="labels" aria-label="What the words carry">
        {topLabels(sensed.labels).map(([label, share]) => (
          <li key={label}>
            {label} <span>{Math.round(share * 100)} %</span>
          </li>
        ))}
      </ul>
    </>
  );
}
