/** The volume, for whatever sounds. */

import { Icon } from "../frame/Icon";

interface VolumeSliderProps {
  volume: number;
  muted: boolean;
  onVolume(volume: number): void;
  onMute(): void;
}

export function VolumeSlider({ volume, muted, onVolume, onMute }: VolumeSliderProps) {
  const shown = muted ? 0 : volume;
  return (
    <div className="volume">
      <button
        type="button"
        className="plain"
        aria-pressed={muted}
        aria-label="Mute"
        onClick={onMute}
      >
        <Icon name={muted ? "muted" : "volume"} />
      </button>
      <input
        type="range"
        aria-label="Volume"
        min={0}
        max={1}
        step={0.02}
        value={shown}
        aria-valuetext={`${Math.round(shown * 100)} %`}
        onChange={(event) => onVolume(Number(event.target.value))}
      />
    </div>
  );
}
