/** Why it sounds like this: the cue table, with sliders that the listener may pull. */

import { useId } from "react";
import type { Bar, CueOffsets, CueOption } from "../../api/types";
import { useTick } from "../../hooks/useClock";
import { readCue } from "../../model/cues";
import type { CueName } from "../../model/cues";
import { signed } from "../../model/feelings";
import type { Session } from "../../session/session";

interface WhyProps {
  session: Session;
  cues: readonly CueOption[];
  offsets: CueOffsets;
  active: boolean;
  onChange(offsets: CueOffsets): void;
}

export function Why({ session, cues, offsets, active, onChange }: WhyProps) {
  useTick(500, active);
  const heard = session.heardPosition();
  const bar = heard === null ? null : session.timeline.at(heard);
  const pulled = Object.values(offsets).some((value) => value !== 0);
  return (
    <section className="card why" aria-labelledby="why-title">
      <div className="row-between">
        <h2 id="why-title">Why it sounds like this</h2>
        <button type="button" className="small" disabled={!pulled} onClick={() => onChange({})}>
          Let all go
        </button>
      </div>
      <p className="quiet">
        Your mood sets eight things in the music. Pull any of them; the rest stays as it is.
      </p>
      <ul>
        {cues.map((cue) => (
          <Cue
            key={cue.name}
            cue={cue}
            bar={bar}
            offset={offsets[cue.name as CueName] ?? 0}
            onPull={(value) => onChange({ ...offsets, [cue.name]: value })}
          />
        ))}
      </ul>
    </section>
  );
}

interface CueProps {
  cue: CueOption;
  bar: Bar | null;
  offset: number;
  onPull(value: number): void;
}

function Cue({ cue, bar, offset, onPull }: CueProps) {
  const id = useId();
  const reading = bar ? readCue(cue.name as CueName, bar, offset) : null;
  const offsetWords = offset === 0 ? "as the mood asks" : `pulled ${signed(offset)}`;
  return (
    <li className="cue" data-cue={cue.name}>
      <div className="row-between">
        <label htmlFor={id}>{cue.label}</label>
        <span className="numbers">
          {reading?.shown ?? "…"}
          {offset !== 0 && <b> {signed(offset)}</b>}
        </span>
      </div>
      <div className="cue-track">
        <span
          className="cue-now"
          style={{ left: `${(reading?.share ?? 0.5) * 100}%`, opacity: reading ? 1 : 0 }}
        />
        <input
          id={id}
          type="range"
          min={-1}
          max={1}
          step={0.05}
          value={offset}
          aria-valuetext={offsetWords}
          onChange={(event) => onPull(Number(event.target.value))}
          onDoubleClick={() => onPull(0)}
        />
      </div>
      <div className="row-between cue-ends">
        <span>{cue.low}</span>
        <span>{cue.high}</span>
      </div>
      <p className="note">{reading?.sentence ?? "Play to see what the music does."}</p>
    </li>
  );
}
