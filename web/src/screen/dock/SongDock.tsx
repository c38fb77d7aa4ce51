/** The bar at the bottom while songs of the library play. */

import { useTick } from "../../hooks/useClock";
import type { SleepTimer } from "../../hooks/useSleepTimer";
import { currentOf, nextOf } from "../../model/queue";
import { MOST_CROSSFADE_S } from "../../session/songPlayer";
import type { SongPlayer, SongPlayerState } from "../../session/songPlayer";
import { Icon } from "../frame/Icon";
import { clock } from "../keep/clock";
import { SleepSelect } from "./SleepSelect";
import { VolumeSlider } from "./VolumeSlider";

interface SongDockProps {
  player: SongPlayer;
  state: SongPlayerState;
  volume: number;
  muted: boolean;
  sleep: SleepTimer;
  onVolume(volume: number): void;
  onMute(): void;
}

export function SongDock({ player, state, sleep, ...volume }: SongDockProps) {
  const { queue } = state;
  const playing = queue.phase === "playing";
  const track = currentOf(queue);
  return (
    <div className="dock song-dock" role="region" aria-label="Player">
      <div className="song-buttons">
        <button
          type="button"
          className="plain"
          aria-label="Previous song"
          onClick={player.previous}
        >
          <Icon name="previous" />
        </button>
        <button
          type="button"
          className="round"
          aria-label={playing ? "Pause" : "Play"}
          onClick={player.toggle}
        >
          <Icon name={playing ? "pause" : "play"} />
        </button>
        <button
          type="button"
          className="plain"
          aria-label="Next song"
          aria-disabled={nextOf(queue) === null}
          onClick={() => nextOf(queue) !== null && player.next()}
        >
          <Icon name="next" />
        </button>
      </div>
      <div className="song-now">
        <p className="dock-now" role="status">
          <span>{track?.title}</span>
          <span className="quiet">{state.waiting ? "Composing…" : track?.artist}</span>
        </p>
        <Position player={player} playing={playing} />
      </div>
      <Crossfade seconds={state.crossfade} onSeconds={(seconds) => player.setCrossfade(seconds)} />
      <VolumeSlider {...volume} />
      <SleepSelect sleep={sleep} />
    </div>
  );
}

function Position({ player, playing }: { player: SongPlayer; playing: boolean }) {
  useTick(500, playing);
  const { seconds, duration } = player.heard();
  const end = duration ?? 0;
  return (
    <div className="song-position">
      <span className="numbers quiet" aria-hidden="true">
        {clock(seconds)}
      </span>
      <input
        type="range"
        aria-label="Position"
        min={0}
        max={Math.max(1, Math.floor(end))}
        step={1}
        value={Math.round(Math.min(seconds, end))}
        disabled={duration === null}
        aria-valuetext={`${clock(seconds)} of ${clock(end)}`}
        onChange={(event) => player.seek(Number(event.target.value))}
      />
      <span className="numbers quiet" aria-hidden="true">
        {clock(end)}
      </span>
    </div>
  );
}

interface CrossfadeProps {
  seconds: number;
  onSeconds(seconds: number): void;
}

function Crossfade({ seconds, onSeconds }: CrossfadeProps) {
  const words = seconds === 0 ? "off" : `${seconds} s`;
  return (
    <label className="crossfade">
      <span>
        Crossfade <span className="quiet numbers">{words}</span>
      </span>
      <input
        type="range"
        min={0}
        max={MOST_CROSSFADE_S}
        step={1}
        value={seconds}
        aria-valuetext={words}
        onChange={(event) => onSeconds(Number(event.target.value))}
      />
    </label>
  );
}
