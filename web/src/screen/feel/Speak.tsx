/** Speak: a recording, a file, or listening all the time. */

import type { Point } from "../../api/types";
import type { Theme } from "../../model/color";
import { LONGEST_RECORDING_S } from "../../senses/sensing";
import type { Sensing, SensingState } from "../../senses/sensing";
import type { SpeechAnswer } from "../../senses/types";
import { Icon } from "../frame/Icon";
import { HelpNote } from "../frame/Notice";
import { sentence } from "../frame/sentence";
import { clock } from "../keep/clock";
import { FileDrop } from "./FileDrop";
import { Level } from "./Level";
import { SpeechTimeline } from "./SpeechTimeline";
import { Switch } from "./Switch";
import { Understood } from "./Understood";

interface SpeakProps {
  sensing: Sensing;
  state: SensingState;
  maxBytes: number;
  theme: Theme;
  onCorrect(point: Point): void;
}

export function Speak({ sensing, state, maxBytes, theme, onCorrect }: SpeakProps) {
  const { voice } = state;
  const recording = voice.recordingS !== null;
  const segments = voice.continuous ? state.heardParts : (voice.answer?.segments ?? []);
  return (
    <section className="sense" aria-label="Speak">
      <div className="sense-controls">
        <button
          type="button"
          className="primary record"
          disabled={voice.busy || voice.sensor === "asking" || voice.continuous}
          onClick={() => void (recording ? sensing.finishRecording() : sensing.record())}
        >
          <Icon name={recording ? "stop" : "microphone"} />
          {recording ? "Stop and read it" : "Record"}
        </button>
        <span className="record-time numbers" aria-hidden="true">
          {recording ? `${clock(voice.recordingS ?? 0)} of ${clock(LONGEST_RECORDING_S)}` : ""}
        </span>
        <FileDrop
          label="or choose a sound file"
          accept="audio/*,.wav,.flac,.mp3,.ogg,.opus,.webm,.m4a"
          maxBytes={maxBytes}
          onFile={(file) => void sensing.readSound(file)}
        />
        <Switch
          label="Keep listening"
          note={
            voice.continuous && state.link !== "on"
              ? "Connecting…"
              : "Your voice steers the playing music until you switch this off."
          }
          on={voice.continuous}
          onChange={(on) => void sensing.setContinuous("voice", on)}
        />
      </div>
      <Level sensing={sensing} active={voice.sensor === "on"} />
      {voice.help && <HelpNote help={voice.help} />}
      <div
        className="sense-result"
        data-continuous={voice.continuous}
        aria-busy={voice.busy && !voice.continuous}
      >
        {voice.busy && !voice.continuous ? (
          <p className="quiet">Listening to it…</p>
        ) : voice.answer ? (
          <Understood sense="voice" answer={voice.answer} theme={theme} onCorrect={onCorrect}>
            <Transcript answer={voice.answer} />
            <SpeechTimeline segments={segments} theme={theme} />
          </Understood>
        ) : (
          <p className="quiet">
            {voice.continuous
              ? "Say a few sentences; the first answer comes after some seconds."
              : "Say a sentence or two about your day, in any words."}
          </p>
        )}
      </div>
    </section>
  );
}

function Transcript({ answer }: { answer: SpeechAnswer }) {
  if (answer.transcript) return <blockquote className="transcript">{answer.transcript}</blockquote>;
  const why = answer.transcript_reason;
  return (
    <p className="note">
      {why ? sentence(why) : "Only the tone of voice was used, not the words."}
    </p>
  );
}
