/** Two more ways to say how one feels: speaking and showing one's face. */

import { useState } from "react";
import type { Point } from "../../api/types";
import { useAnnouncement } from "../../hooks/useAnnouncement";
import type { Theme } from "../../model/color";
import type { Sensing, SensingState } from "../../senses/sensing";
import { feltOf } from "../../senses/types";
import type { SenseName } from "../../senses/types";
import { Icon } from "../frame/Icon";
import { sensorsInWords } from "../frame/SensorLamp";
import { Show } from "./Show";
import { Speak } from "./Speak";
import { describeFelt } from "./words";

/** Screen readers are told what was understood no more often than this. */
const TELL_EVERY_MS = 6000;

export interface SensesProps {
  sensing: Sensing;
  state: SensingState;
  /** What this server takes in. */
  allowed: Record<SenseName, boolean>;
  maxBytes: Record<SenseName, number>;
  theme: Theme;
  onCorrect(sense: SenseName, point: Point): void;
}

export function Senses({ sensing, state, allowed, maxBytes, theme, onCorrect }: SensesProps) {
  const [open, setOpen] = useState<Record<SenseName, boolean>>({ voice: false, face: false });
  const told = useAnnouncement(inWords(state), TELL_EVERY_MS);
  const sensors = sensorsInWords(state);
  const toggle = (sense: SenseName): void => {
    // What is folded away does not go on in secret.
    if (open[sense]) sensing.switchOff(sense);
    setOpen({ ...open, [sense]: !open[sense] });
  };
  const shared = { sensing, state, theme };
  return (
    <div className="senses">
      <div className="ways">
        {allowed.voice && (
          <Way icon="microphone" label="Speak" open={open.voice} onToggle={() => toggle("voice")} />
        )}
        {allowed.face && (
          <Way icon="camera" label="Show" open={open.face} onToggle={() => toggle("face")} />
        )}
        <MissingSenses allowed={allowed} />
      </div>
      {(open.voice || open.face) && <SensorNotice />}
      {open.voice && (
        <Speak
          {...shared}
          maxBytes={maxBytes.voice}
          onCorrect={(point) => onCorrect("voice", point)}
        />
      )}
      {open.face && (
        <Show
          {...shared}
          maxBytes={maxBytes.face}
          onCorrect={(point) => onCorrect("face", point)}
        />
      )}
      <p className="sr" role="status">
        {sensors}
      </p>
      <p className="sr" role="status" data-testid="understood">
        {told}
      </p>
    </div>
  );
}

interface WayProps {
  icon: "microphone" | "camera";
  label: string;
  open: boolean;
  onToggle(): void;
}

function Way({ icon, label, open, onToggle }: WayProps) {
  return (
    <button type="button" className="way" aria-expanded={open} onClick={onToggle}>
      <Icon name={icon} />
      {label}
    </button>
  );
}

function MissingSenses({ allowed }: Pick<SensesProps, "allowed">) {
  if (allowed.voice && allowed.face) return null;
  const which =
    !allowed.voice && !allowed.face ? "Voice and face" : allowed.voice ? "Face" : "Voice";
  return (
    <p className="note">
      {which} {which.includes("and") ? "are" : "is"} switched off on this server (--no-sensors).
      Words and the point say it as well.
    </p>
  );
}

/** What is sensed and what becomes of it, before anything is switched on. */
function SensorNotice() {
  const here = ["localhost", "127.0.0.1", "[::1]"].includes(window.location.hostname);
  return (
    <div className="sensor-notice">
      <p>
        Affetto guesses from the tone of a voice and from a face; a guess, not a fact about you.{" "}
        {here
          ? "Sound and pictures stay on this machine, in memory, and are dropped at once: nothing is stored, nothing is sent away."
          : `Sound and pictures go to ${window.location.host}, your own Affetto, and nowhere else; there they are used in memory and dropped at once: nothing is stored.`}
      </p>
      <p>
        It is made for choosing music: not for medical use, and not for judging people at work or at
        school.
      </p>
    </div>
  );
}

/** What was understood, for screen readers. */
function inWords(state: SensingState): string {
  const told: string[] = [];
  for (const sense of ["voice", "face"] as const) {
    const { answer, busy, continuous } = state[sense];
    if (!answer || (busy && !continuous)) continue;
    const felt = feltOf(answer);
    told.push(felt ? describeFelt(felt, sense) : (answer.reason ?? ""));
  }
  return told.join(" ");
}
