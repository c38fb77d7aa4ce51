/** What is heard now: piano roll, chord, key, tempo, asked and heard mood. */

import type { ReactNode } from "react";
import { css, roleColor } from "../../model/color";
import type { Theme } from "../../model/color";
import { useTick } from "../../hooks/useClock";
import { feelingAt, signed } from "../../model/feelings";
import { WHO_LISTENS, compareHeard } from "../../model/heard";
import { chordAt } from "../../model/timeline";
import type { Bar, Point } from "../../api/types";
import type { Session } from "../../session/session";
import { Roll } from "./Roll";
import { musical } from "./musical";

interface StageProps {
  session: Session;
  theme: Theme;
  active: boolean;
  roles: readonly string[];
  /** What the listener may do about it. */
  children?: ReactNode;
}

export function Stage({ session, theme, active, roles, children }: StageProps) {
  useTick(100, active);
  const heard = session.heardPosition();
  const bar = heard === null ? null : session.timeline.at(heard);
  const playing = new Set(bar?.notes.map((note) => note.role));
  return (
    <section className="stage" aria-labelledby="stage-title">
      <h2 id="stage-title" className="sr">
        What is playing
      </h2>
      <Roll session={session} theme={theme} active={active} />
      <ul className="roles" aria-label="Roles in the piano roll">
        {roles.map((role) => (
          <li key={role} className={playing.has(role) ? "" : "silent"}>
            <i style={{ background: css(roleColor(role, theme)) }} />
            {role}
          </li>
        ))}
      </ul>
      {bar && heard !== null ? (
        <Now bar={bar} position={heard} />
      ) : (
        <p className="now now-waiting">{active ? "Listening for the first bar…" : "Paused"}</p>
      )}
      {children}
    </section>
  );
}

function Now({ bar, position }: { bar: Bar; position: number }) {
  const chord = chordAt(bar, position);
  return (
    <dl className="now">
      <div className="now-chord">
        <dt>Chord</dt>
        <dd data-testid="chord">{chord ? musical(chord.symbol) : "–"}</dd>
        <dd className="roman">{chord ? musical(chord.roman) : ""}</dd>
      </div>
      <div>
        <dt>Key</dt>
        <dd data-testid="key">{musical(bar.key)}</dd>
        <dd className="quiet">{bar.scale}</dd>
      </div>
      <div>
        <dt>Tempo</dt>
        <dd data-testid="tempo">{Math.round(bar.bpm)} bpm</dd>
        <dd className="quiet">{bar.meter}</dd>
      </div>
      <div>
        <dt>Form</dt>
        <dd>Part {bar.section}</dd>
        <dd className="quiet">
          bar {bar.phrase_bar + 1} of {bar.phrase_bars}
        </dd>
      </div>
      <Mood name="Asked" mark="●" point={bar.asked} />
      <Mood name="Heard" mark="◆" point={bar.heard} />
      <div className="now-compared">
        <dt>Heard against asked</dt>
        <dd data-testid="compared">
          {bar.heard ? compareHeard(bar.asked, bar.heard) : "listening"}
        </dd>
        <dd className="note">{WHO_LISTENS}</dd>
      </div>
    </dl>
  );
}

function Mood({
  name,
  mark,
  point,
}: {
  name: string;
  mark: string;
  point: Point | null | undefined;
}) {
  return (
    <div data-testid={name.toLowerCase()}>
      <dt>
        {name} <span aria-hidden="true">{mark}</span>
      </dt>
      <dd>{point ? feelingAt(point) : "listening"}</dd>
      <dd className="quiet numbers">
        {point ? `${signed(point.valence)} / ${signed(point.arousal)}` : "…"}
      </dd>
    </div>
  );
}
