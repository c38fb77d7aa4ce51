/** The page: one mood, one station, one screen. */

import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import type { Point, Sensed } from "./api/types";
import { useTick } from "./hooks/useClock";
import { useHistory } from "./hooks/useHistory";
import { useMediaSession } from "./hooks/useMediaSession";
import { useOptions } from "./hooks/useOptions";
import { usePieces } from "./hooks/usePieces";
import { useSense } from "./hooks/useSense";
import { useShortcuts } from "./hooks/useShortcuts";
import { useSleepTimer } from "./hooks/useSleepTimer";
import { useMoodColors, useTheme } from "./hooks/useTheme";
import { feelingAt } from "./model/feelings";
import { FIRST_WISH, requestOf } from "./model/wish";
import type { Wish } from "./model/wish";
import { Dock } from "./screen/dock/Dock";
import { Feel } from "./screen/feel/Feel";
import { Plane } from "./screen/feel/Plane";
import { SupportCard } from "./screen/feel/SupportCard";
import { Header } from "./screen/frame/Header";
import { Icon } from "./screen/frame/Icon";
import { KeysDialog } from "./screen/frame/KeysDialog";
import { Problem, Reconnecting } from "./screen/frame/Notice";
import { Before } from "./screen/keep/Before";
import { Keep } from "./screen/keep/Keep";
import { Stage } from "./screen/stage/Stage";
import { Why } from "./screen/why/Why";
import { Style, Wishes } from "./screen/wish/Wishes";
import type { Played } from "./session/history";
import { Session } from "./session/session";
import { exposeStats } from "./session/stats";

/** A change is sent when it has rested this long. */
const SETTLE_MS = 220;

/** Bars in the trails. */
const TRAIL_BARS = 28;

function useSession(): Session {
  const [session] = useState(() => new Session());
  useEffect(() => exposeStats(session), [session]);
  useEffect(() => {
    const warmUp = (): void => session.warmUp();
    const once = { once: true };
    window.addEventListener("pointerdown", warmUp, once);
    window.addEventListener("keydown", warmUp, once);
    return () => {
      window.removeEventListener("pointerdown", warmUp);
      window.removeEventListener("keydown", warmUp);
    };
  }, [session]);
  return session;
}

export function App() {
  const session = useSession();
  const state = useSyncExternalStore(session.subscribe, session.snapshot);
  const { options, problem: optionsProblem } = useOptions();
  const { pieces, add, remove } = usePieces();
  const history = useHistory();
  const [wish, setWish] = useState<Wish>(FIRST_WISH);
  const [volume, setVolume] = useState(0.8);
  const [muted, setMuted] = useState(false);
  const [keysOpen, setKeysOpen] = useState(false);
  const [theme, toggleTheme] = useTheme();
  const sleep = useSleepTimer(session);
  const textArea = useRef<HTMLTextAreaElement>(null);
  const handle = useRef<SVGGElement>(null);

  const update = useCallback((change: Partial<Wish>) => {
    setWish((before) => ({ ...before, ...change }));
  }, []);
  const onSensed = useCallback((sensed: Sensed | null) => {
    setWish((before) =>
      sensed
        ? {
            ...before,
            sensed,
            point: { valence: sensed.valence, arousal: sensed.arousal },
            pointedBy: "text",
          }
        : {
            ...before,
            sensed: null,
            pointedBy: before.pointedBy === "text" ? "hand" : before.pointedBy,
          },
    );
  }, []);
  const sense = useSense(wish.text, onSensed);
  const onPoint = useCallback((point: Point) => update({ point, pointedBy: "hand" }), [update]);
  const onGoal = useCallback((goal: Point) => update({ goal }), [update]);

  const request = useMemo(() => requestOf(wish), [wish]);
  const { note } = history;
  const active = state.phase !== "idle" && state.phase !== "paused";
  const station = state.station;

  useMoodColors(wish.point, theme);
  useEffect(() => session.setVolume(muted ? 0 : volume), [session, muted, volume]);

  // While a station plays, every change of mind is told to it as soon as it rests.
  const playing = state.phase === "playing";
  useEffect(() => {
    if (!playing) return;
    const timer = setTimeout(() => {
      if (!session.differs(request)) return;
      void session.change(request);
      note(request, wish.point);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
    // `note` and the point follow the request.
  }, [session, request, playing]);

  const start = (): void => {
    if (active) return;
    note(request, wish.point);
    if (station) void session.resume();
    else void session.play(request);
  };
  const toggle = (): void => (active ? session.pause() : start());
  const again = (entry: Played): void => {
    const next: Wish = {
      ...FIRST_WISH,
      point: entry.mood,
      pointedBy: "hand",
      strategy: entry.strategy,
      genre: entry.genre,
      texture: entry.texture,
      focusMode: entry.focusMode,
      preset: entry.preset,
      goal: entry.goal ?? FIRST_WISH.goal,
    };
    setWish(next);
    void session.play(requestOf(next));
  };

  useShortcuts({
    " ": toggle,
    m: () => setMuted(!muted),
    f: () => handle.current?.focus(),
    e: () => textArea.current?.focus(),
    s: () => document.getElementById("save")?.click(),
    t: toggleTheme,
    "?": () => setKeysOpen(true),
  });
  const onMediaPlay = useCallback(() => void session.resume(), [session]);
  const onMediaPause = useCallback(() => session.pause(), [session]);
  const title = [feelingAt(wish.point), wish.genre ?? "music"].join(" · ");
  useMediaSession(active, { title, album: "Composed on this machine" }, onMediaPlay, onMediaPause);

  const support = station?.support ?? (wish.text.trim() ? wish.sensed?.support : null) ?? null;
  const problem = state.phase === "reconnecting" ? null : state.problem;

  return (
    <div className={`page ${station ? "page-on" : ""}`}>
      <a className="skip" href="#feel-text">
        Skip to how you feel
      </a>
      <Header theme={theme} onTheme={toggleTheme} onKeys={() => setKeysOpen(true)} />
      <main>
        {optionsProblem && !options && <Problem problem={optionsProblem} />}
        {problem && <Problem problem={problem} onDismiss={() => session.dismissProblem()} />}
        {state.phase === "reconnecting" && <Reconnecting problem={state.problem} />}
        <div className="instrument">
          <div className="saying">
            {station && (
              <Stage
                session={session}
                theme={theme}
                active={active}
                roles={(options?.roles ?? []).filter((role) => role !== "other")}
              />
            )}
            <Feel
              wish={wish}
              sense={sense}
              maxBytes={options?.limits.text_max_bytes ?? 8000}
              textRef={textArea}
              onText={(text) => update({ text })}
              onPoint={onPoint}
              onSubmit={start}
            />
            {support && <SupportCard support={support} />}
            {options && <Wishes wish={wish} options={options} onChange={update} />}
            <button type="button" className="play" onClick={toggle} disabled={!options}>
              <Icon name={active ? "pause" : "play"} />
              {active ? "Pause" : station ? "Play on" : "Play"}
            </button>
          </div>
          <HeardPlane
            session={session}
            active={active}
            plane={{
              point: wish.point,
              sensed: wish.pointedBy === "text" ? wish.sensed : null,
              goal: wish.strategy === "goal" ? wish.goal : null,
              theme,
              handleRef: handle,
              onPoint,
              onGoal,
            }}
          >
            {options && <Style wish={wish} options={options} onChange={update} />}
          </HeardPlane>
        </div>
        <div className="below">
          {station && options && (
            <Why
              session={session}
              cues={options.cues}
              offsets={wish.cues}
              active={active}
              onChange={(cues) => update({ cues })}
            />
          )}
          {options && (
            <Keep
              stationId={station?.id ?? null}
              request={request}
              maxMinutes={options.limits.save_max_minutes}
              pieces={pieces}
              onPiece={add}
              onRemoved={remove}
              onPreview={() => active && session.pause()}
            />
          )}
          <Before played={history.played} onAgain={again} onForget={history.forget} />
        </div>
      </main>
      <footer className="footer">
        <p>
          Your words and your moods stay on this machine: no account, no cloud, no recording.
          {options && <span className="quiet"> Affetto {options.version}</span>}
        </p>
      </footer>
      {station && (
        <Dock
          session={session}
          phase={state.phase}
          flowing={state.flowing}
          volume={volume}
          muted={muted}
          sleep={sleep}
          onToggle={toggle}
          onVolume={(next) => {
            setVolume(next);
            setMuted(false);
          }}
          onMute={() => setMuted(!muted)}
        />
      )}
      <KeysDialog open={keysOpen} onClose={() => setKeysOpen(false)} />
    </div>
  );
}

interface HeardPlaneProps {
  session: Session;
  active: boolean;
  plane: Omit<Parameters<typeof Plane>[0], "heard">;
  children: ReactNode;
}

/** The plane with the trails of what has been heard so far. */
function HeardPlane({ session, active, plane, children }: HeardPlaneProps) {
  useTick(500, active);
  const heard = session.heardPosition();
  const bars = heard === null ? [] : session.timeline.heardUntil(heard, TRAIL_BARS);
  return (
    <div className="plane-column">
      <Plane {...plane} heard={bars} />
      {bars.length > 0 && (
        <p className="legend" aria-hidden="true">
          <span className="legend-asked">● asked of the music</span>
          <span className="legend-heard">◆ heard in it</span>
        </p>
      )}
      {children}
    </div>
  );
}
