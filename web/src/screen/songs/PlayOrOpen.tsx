/** Plays a song that is here, or opens one that is elsewhere. */

import type { Song } from "../../api/types";
import { songName, webLink } from "../../model/songs";
import { Icon } from "../frame/Icon";
import type { SongTools } from "./tools";

interface PlayOrOpenProps {
  song: Song;
  /** Key of its track. */
  trackKey: string;
  tools: SongTools;
  onPlay(): void;
}

export function PlayOrOpen({ song, trackKey, tools, onPlay }: PlayOrOpenProps) {
  const link = webLink(song);
  if (song.playable) return <PlayTrack {...{ trackKey, tools, onPlay }} name={songName(song)} />;
  if (!link) return <span className="song-absent quiet">not here</span>;
  return (
    <a className="round-small" href={link} target="_blank" rel="noopener noreferrer">
      <Icon name="open" />
      <span className="sr">Open {songName(song)} elsewhere</span>
    </a>
  );
}

interface PlayTrackProps {
  name: string;
  trackKey: string;
  tools: SongTools;
  onPlay(): void;
}

/** The button of a track that can be played here. */
export function PlayTrack({ name, trackKey, tools, onPlay }: PlayTrackProps) {
  const isOn = tools.current === trackKey;
  const sounds = isOn && tools.playing;
  return (
    <button
      type="button"
      className="round-small"
      data-play={trackKey}
      aria-label={`${sounds ? "Pause" : "Play"} ${name}`}
      onClick={isOn ? tools.toggle : onPlay}
    >
      <Icon name={sounds ? "pause" : "play"} />
    </button>
  );
}
