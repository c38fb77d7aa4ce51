/** The bar at the bottom: play and pause, what sounds, volume and the sleep timer. */

import { useEffect, useRef } from "react";
import { useTick } from "../../hooks/useClock";
import { useReducedMotion } from "../../hooks/useMedia";
import type { SleepTimer } from "../../hooks/useSleepTimer";
import { chordAt } from "../../model/timeline";
import type { Phase, Session } from "../../session/session";
import { Icon } from "../frame/Icon";
import { musical } from "../stage/musical";
import { SleepSelect } from "./SleepSelect";
import { VolumeSlider } from "./VolumeSlider";

/** Time between two looks at the level. */
const METER_MS = 70;

interface DockProps {
  session: Session;
  phase: Phase;
  flowing: boolean;
  volume: number;
  muted: boolean;
  sleep: SleepTimer;
  onToggle(): void;
  onVolume(volume: number): void;
  onMute(): void;
}

export function Dock(props: DockProps) {
  const { session, phase, sleep } = props;
  const active = phase !== "paused" && phase !== "idle";
  return (
    <div className="dock" role="region" aria-label="Player">
      <button
        type="button"
        className="round"
        onClick={props.onToggle}
        aria-label={active ? "Pause" : "Play"}
      >
        <Icon name={active ? "pause" : "play"} />
      </button>
      <DockNow session={session} phase={phase} flowing={props.flowing} />
      <Meter session={session} active={phase === "playing"} />
      <VolumeSlider
        volume={props.volume}
        muted={props.muted}
        onVolume={props.onVolume}
        onMute={props.onMute}
      />
      <SleepSelect sleep={sleep} />
    </div>
  );
}

function DockNow({ session, phase, flowing }: Pick<DockProps, "session" | "phase" | "flowing">) {
  useTick(200, phase === "playing");
  const heard = session.heardPosition();
  const bar = heard === null ? null : session.timeline.at(heard);
  const chord = bar && heard !== null ? chordAt(bar, heard) : null;
  const words: Record<Phase, string> = {
    idle: "Ready",
    starting: "Starting…",
    paused: "Paused",
    reconnecting: "Connecting again…",
    playing: flowing ? "Playing" : "Waiting for sound…",
  };
  return (
    <p className="dock-now">
      <span role="status">{words[phase]}</span>
      {bar && phase === "playing" && (
        <span className="quiet numbers" aria-hidden="true">
          {chord ? musical(chord.symbol) : ""} · {musical(bar.key)} · {Math.round(bar.bpm)} bpm
        </span>
      )}
    </p>
  );
}

function Meter({ session, active }: { session: Session; active: boolean }) {
  const bar = useRef<HTMLSpanElement>(null);
  const shown = useRef(0);
  const still = useReducedMotion();
  useEffect(() => {
    const element = bar.current;
    if (!element || !active || still) return;
    const handle = setInterval(() => {
      // Up at once, down slowly: the eye reads peaks that way.
      shown.current = Math.max(session.level(), shown.current * 0.75);
      element.style.transform = `scaleX(${shown.current})`;
    }, METER_MS);
    return () => {
      clearInterval(handle);
      element.style.transform = "scaleX(0)";
    };
  }, [session, active, still]);
  return (
    <span className="meter" aria-hidden="true">
      <span ref={bar} />
    </span>
  );
}
