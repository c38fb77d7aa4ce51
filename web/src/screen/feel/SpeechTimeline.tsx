/** What each part of a recording sounded like: colour for the mood, height for the energy. */

import { css, vividColor } from "../../model/color";
import type { Theme } from "../../model/color";
import { feelingAt } from "../../model/feelings";
import { feltOf } from "../../senses/types";
import type { Segment } from "../../senses/types";
import { clock } from "../keep/clock";

interface SpeechTimelineProps {
  segments: readonly Segment[];
  theme: Theme;
}

export interface Part {
  start: number;
  end: number;
  /** Share of the height. */
  height: number;
  segment: Segment;
}

/** Windows overlap; each is drawn until the next one begins. */
export function partsOf(segments: readonly Segment[]): Part[] {
  return segments.map((segment, i) => {
    const next = segments[i + 1];
    const felt = feltOf(segment);
    return {
      start: segment.start_s,
      end: Math.min(segment.end_s, next ? next.start_s : segment.end_s),
      height: felt ? 0.3 + 0.35 * (felt.arousal + 1) : 0.06,
      segment,
    };
  });
}

const says = (segment: Segment): string => {
  const felt = feltOf(segment);
  return `${clock(segment.start_s)} ${felt ? feelingAt(felt) : "no voice"}`;
};

export function SpeechTimeline({ segments, theme }: SpeechTimelineProps) {
  const parts = partsOf(segments);
  const first = parts[0];
  const last = parts.at(-1);
  if (!first || !last) return null;
  const total = Math.max(0.1, last.end - first.start);
  return (
    <figure className="timeline">
      <svg
        viewBox="0 0 100 40"
        preserveAspectRatio="none"
        role="img"
        aria-label={`Part by part: ${segments.map(says).join(", ")}`}
      >
        {parts.map(({ start, end, height, segment }) => {
          const felt = feltOf(segment);
          return (
            <rect
              key={start}
              x={(100 * (start - first.start)) / total}
              width={Math.max(0.5, (100 * (end - start)) / total - 0.6)}
              y={40 * (1 - height)}
              height={40 * height}
              fill={felt ? css(vividColor(felt, theme)) : "var(--edge)"}
            />
          );
        })}
      </svg>
      <figcaption className="row-between numbers" aria-hidden="true">
        <span>{clock(first.start)}</span>
        <span>part by part: colour for the mood, height for the energy</span>
        <span>{clock(last.end)}</span>
      </figcaption>
    </figure>
  );
}
