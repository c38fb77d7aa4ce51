/** The page: one mood, one station, one screen. */

import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import type { Options, Point, Sensed } from "./api/types";
import { useTick } from "./hooks/useClock";
import { useFeelings } from "./hooks/useFeelings";
import type { Feelings } from "./hooks/useFeelings";
import { useHistory } from "./hooks/useHistory";
import { useMediaSession } from "./hooks/useMediaSession";
import { useOptions } from "./hooks/useOptions";
import { usePieces } from "./hooks/usePieces";
import { useSense } from "./hooks/useSense";
import { useShortcuts } from "./hooks/useShortcuts";
import { useSleepTimer } from "./hooks/useSleepTimer";
import { useMoodColors, useSlowly, useTheme } from "./hooks/useTheme";
import type { Theme } from "./model/color";
import { feelingAt } from "./model/feelings";
import { FIRST_WISH, estimateOf, requestOf } from "./model/wish";
import type { Wish } from "./model/wish";
import { Dock } from "./screen/dock/Dock";
import { Feel } from "./screen/feel/Feel";
import { Plane } from "./screen/feel/Plane";
import { QuestionCard } from "./screen/feel/QuestionCard";
import { Senses } from "./screen/feel/Senses";
import { SupportCard } from "./screen/feel/SupportCard";
import { Header } from "./screen/frame/Header";
import { Icon } from "./screen/frame/Icon";
import { KeysDialog } from "./screen/frame/KeysDialog";
import { Problem, Reconnecting } from "./screen/frame/Notice";
import { SensorLamp } from "./screen/frame/SensorLamp";
import { Before } from "./screen/keep/Before";
import { Keep } from "./screen/keep/Keep";
import { Feedback } from "./screen/stage/Feedback";
import { Stage } from "./screen/stage/Stage";
import { Why } from "./screen/why/Why";
import { Style, Wishes } from "./screen/wish/Wishes";
import { offeredBy } from "./senses/offered";
import type { Played } from "./session/history";
import { Session } from "./session/session";
import { exposeStats } from "./session/stats";

/** A change is sent when it has rested this long. */
const SETTLE_MS = 220;

/** Time between two colours of the page while the continuous senses lead. */
const COLORS_EVERY_MS = 4000;

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
  const station = state.station;
  const feelings = useFeelings(wish, setWish, station?.id ?? null);
  const { sensing } = feelings;
  const onSensed = useCallback(
    (sensed: Sensed | null) => {
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
      // Words are the listener's own as well; voice and face step back for them.
      if (sensed) sensing.dial(sensed);
    },
    [sensing],
  );
  const sense = useSense(wish.text, onSensed);
  const onPoint = feelings.point;
  const onGoal = useCallback((goal: Point) => update({ goal }), [update]);

  const request = useMemo(() => requestOf(wish), [wish]);
  const { note } = history;
  const active = state.phase !== "idle" && state.phase !== "paused";

  // Every new colour paints the whole page for half a second, so that a camera's would do nothing else.
  useMoodColors(useSlowly(wish.point, wish.pointedBy === "senses" ? COLORS_EVERY_MS : 0), theme);
  useEffect(() => session.setVolume(muted ? 0 : volume), [session, muted, volume]);

  // While a station plays, every change of mind is told to it as soon as it rests.
  const playing = state.phase === "playing";
  useEffect(() => {
    if (!playing) return;
    // The server steers the station itself while the continuous senses lead.
    if (wish.pointedBy === "senses") session.steered(request);
    const timer = setTimeout(() => {
      if (!session.differs(request)) return;
      void session.change(request);
      note(request, wish.point);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
    // `note`, the point and where it came from follow the request.
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
      <SensorLamp state={feelings.state} onAllOff={() => sensing.allOff()} />
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
              >
                {options && (
                  <Feedback
                    choices={options.feedback}
                    preferences={station.preferences}
                    onFeedback={(name) => session.feedback(name)}
                  />
                )}
              </Stage>
            )}
            <Feel
              wish={wish}
              sense={sense}
              maxBytes={options?.limits.text_max_bytes ?? 8000}
              textRef={textArea}
              onText={(text) => update({ text })}
              onPoint={onPoint}
              onSubmit={start}
            >
              <div className="asking" role="status">
                {feelings.question && (
                  <QuestionCard question={feelings.question} onAnswer={feelings.answer} />
                )}
              </div>
              {options && <OtherWays feelings={feelings} options={options} theme={theme} />}
            </Feel>
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
              sensed: estimateOf(wish) ?? feelings.state.fused,
              felt: feelings.state.trail,
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
          Your words, your voice, your face and your moods stay with your own Affetto: no account,
          no cloud, no recording.
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

interface OtherWaysProps {
  feelings: Feelings;
  options: Options;
  theme: Theme;
}

/** Speak and Show, and who leads while they go on all the time. */
function OtherWays({ feelings, options, theme }: OtherWaysProps) {
  const { sensing, state } = feelings;
  const offered = offeredBy(options);
  if (!offered) return null;
  const continuous = state.voice.continuous || state.face.continuous;
  return (
    <>
      {continuous && !state.leads && (
        <p className="advisory">
          You lead; voice and face only advise.
          <button type="button" className="small" onClick={() => sensing.release()}>
            Let them lead
          </button>
        </p>
      )}
      <Senses
        sensing={sensing}
        state={state}
        {...offered}
        theme={theme}
        onCorrect={feelings.correct}
      />
    </>
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
          {plane.felt.length > 0 && <span>● felt in you</span>}
        </p>
      )}
      {children}
    </div>
  );
}
