/** The page: one mood, and two views of what may sound for it. */

import { useEffect, useRef, useState } from "react";
import { useHistory } from "./hooks/useHistory";
import { useLoudness } from "./hooks/useLoudness";
import { useMediaKeys } from "./hooks/useMediaKeys";
import { useOptions } from "./hooks/useOptions";
import { usePieces } from "./hooks/usePieces";
import { useSession } from "./hooks/useSession";
import { useShortcuts } from "./hooks/useShortcuts";
import { useSongPlayer } from "./hooks/useSongPlayer";
import { useSongs } from "./hooks/useSongs";
import { isActive, useSessionState, useStation } from "./hooks/useStation";
import { useMoodColors, useSlowly, useTheme } from "./hooks/useTheme";
import { useView } from "./hooks/useView";
import { useWish } from "./hooks/useWish";
import { strategyOf } from "./model/songs";
import { estimateOf } from "./model/wish";
import { Dock } from "./screen/dock/Dock";
import { SongDock } from "./screen/dock/SongDock";
import { Feel } from "./screen/feel/Feel";
import { HeardPlane } from "./screen/feel/HeardPlane";
import { OtherWays } from "./screen/feel/OtherWays";
import { QuestionCard } from "./screen/feel/QuestionCard";
import { SupportCard } from "./screen/feel/SupportCard";
import { Footer } from "./screen/frame/Footer";
import { Header } from "./screen/frame/Header";
import { Icon } from "./screen/frame/Icon";
import { KeysDialog } from "./screen/frame/KeysDialog";
import { Problem, Reconnecting } from "./screen/frame/Notice";
import { SensorLamp } from "./screen/frame/SensorLamp";
import { MusicBelow } from "./screen/music/MusicBelow";
import { FindButton } from "./screen/songs/FindButton";
import { SetWishes, SongWishes } from "./screen/songs/SongWishes";
import { Songs } from "./screen/songs/Songs";
import { Feedback } from "./screen/stage/Feedback";
import { Stage } from "./screen/stage/Stage";
import { Style, Wishes } from "./screen/wish/Wishes";

/** Time between two colours of the page while the continuous senses lead. */
const COLORS_EVERY_MS = 4000;

export function App() {
  const session = useSession();
  const { station } = useSessionState(session);
  const { options, problem: optionsProblem } = useOptions();
  const pieces = usePieces();
  const history = useHistory();
  const view = useView();
  const inSongs = view === "songs";
  const [keysOpen, setKeysOpen] = useState(false);
  const [theme, toggleTheme] = useTheme();
  const textArea = useRef<HTMLTextAreaElement>(null);
  const handle = useRef<SVGGElement>(null);

  const { wish, setWish, update, onGoal, feelings, sense } = useWish(station?.id ?? null);
  const { sensing } = feelings;
  const control = useStation(session, wish, history);
  const { state, active } = control;
  const [player, songState] = useSongPlayer(session, isActive(state));
  const songs = useSongs(wish, [player, songState], inSongs, theme);
  const { track } = songs;
  const loudness = useLoudness(session, player);
  /** Whether the bar at the bottom and the keys are the songs'. */
  const songsLead = track !== null && (songs.playing || (!active && (inSongs || !station)));

  // Every new colour paints the whole page for half a second, so that a camera's would do nothing else.
  useMoodColors(useSlowly(wish.point, wish.pointedBy === "senses" ? COLORS_EVERY_MS : 0), theme);
  const lead = songsLead ? track : null;
  useMediaKeys(session, player, lead, lead ? songs.playing : active, wish);

  /** What Space does: it stops or starts whatever leads. */
  const toggleSound = (): void => {
    if (songsLead) player.toggle();
    else if (inSongs && !active) songs.find();
    else control.toggle();
  };
  useShortcuts({
    " ": toggleSound,
    m: loudness.onMute,
    f: () => handle.current?.focus(),
    e: () => textArea.current?.focus(),
    s: () => document.getElementById("save")?.click(),
    t: toggleTheme,
    "?": () => setKeysOpen(true),
  });
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [view]);

  const support = station?.support ?? (wish.text.trim() ? wish.sensed?.support : null) ?? null;
  const problem = state.phase === "reconnecting" ? null : state.problem;
  const strategy = inSongs ? strategyOf(wish, songs.songWish) : wish.strategy;

  return (
    <div className={`page ${station || track ? "page-on" : ""}`}>
      <a
        className="skip"
        href="#feel-text"
        onClick={(event) => {
          // The address keeps naming the view.
          event.preventDefault();
          textArea.current?.focus();
        }}
      >
        Skip to how you feel
      </a>
      <Header view={view} theme={theme} onTheme={toggleTheme} onKeys={() => setKeysOpen(true)} />
      <SensorLamp state={feelings.state} onAllOff={() => sensing.allOff()} />
      <main>
        {optionsProblem && !options && <Problem problem={optionsProblem} />}
        {problem && <Problem problem={problem} onDismiss={() => session.dismissProblem()} />}
        {songState.problem && (
          <Problem problem={songState.problem} onDismiss={() => player.dismissProblem()} />
        )}
        {state.phase === "reconnecting" && <Reconnecting problem={state.problem} />}
        <div className="instrument">
          <div className="saying">
            {station && !inSongs && (
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
              onPoint={feelings.point}
              onSubmit={inSongs ? songs.find : control.start}
            >
              <div className="asking" role="status">
                {feelings.question && (
                  <QuestionCard question={feelings.question} onAnswer={feelings.answer} />
                )}
              </div>
              {options && <OtherWays feelings={feelings} options={options} theme={theme} />}
            </Feel>
            {support && <SupportCard support={support} />}
            {options && !inSongs && <Wishes wish={wish} options={options} onChange={update} />}
            {options && inSongs && (
              <SongWishes
                wish={wish}
                songWish={songs.songWish}
                options={options}
                onWish={update}
                onSongWish={songs.update}
              />
            )}
            {inSongs ? (
              <FindButton
                found={songs.found}
                library={songs.library}
                disabled={!options}
                onFind={songs.find}
              />
            ) : (
              <button type="button" className="play" onClick={control.toggle} disabled={!options}>
                <Icon name={active ? "pause" : "play"} />
                {active ? "Pause" : station ? "Play on" : "Play"}
              </button>
            )}
          </div>
          <HeardPlane
            session={session}
            active={active}
            plane={{
              point: wish.point,
              sensed: estimateOf(wish) ?? feelings.state.fused,
              felt: feelings.state.trail,
              goal: strategy === "goal" ? wish.goal : null,
              theme,
              handleRef: handle,
              onPoint: feelings.point,
              onGoal,
            }}
          >
            {options && !inSongs && <Style wish={wish} options={options} onChange={update} />}
            {options && inSongs && (
              <SetWishes songWish={songs.songWish} onSongWish={songs.update} />
            )}
          </HeardPlane>
        </div>
        <MusicBelow
          session={session}
          control={control}
          options={options}
          pieces={pieces}
          history={history}
          wish={wish}
          shown={!inSongs}
          onChange={update}
          onPreview={() => {
            if (active) session.pause();
            player.pause();
          }}
          onAgain={(entry) => setWish(control.again(entry))}
        />
        <div className="below" hidden={!inSongs}>
          <Songs library={songs.library} found={songs.found} tools={songs.tools} />
        </div>
      </main>
      <Footer version={options?.version ?? null} />
      {songsLead && <SongDock player={player} state={songState} {...loudness} />}
      {station && !songsLead && (
        <Dock
          session={session}
          phase={state.phase}
          flowing={state.flowing}
          {...loudness}
          onToggle={control.toggle}
        />
      )}
      <KeysDialog open={keysOpen} onClose={() => setKeysOpen(false)} />
    </div>
  );
}
