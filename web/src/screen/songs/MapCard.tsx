/** The map of the library with its numbers, and the song that was chosen on it. */

import { useMemo, useState } from "react";
import type { LibraryStatus, Recommended, Song } from "../../api/types";
import { useReaction } from "../../hooks/useReaction";
import { useSongName } from "../../hooks/useSongName";
import { css, vividColor } from "../../model/color";
import { QUADRANTS } from "../../model/feelings";
import type { MapIndex } from "../../model/mapIndex";
import { trackOf } from "../../model/queue";
import { QUADRANT_NAMES, counted, sayQuadrants, songName, songsWord } from "../../model/songs";
import { LibraryMap } from "./LibraryMap";
import { MoodDot } from "./MoodDot";
import { PlayOrOpen } from "./PlayOrOpen";
import { Kept, Liking } from "./Reactions";
import type { MapSet } from "./mapPicture";
import type { SongTools } from "./tools";

interface MapCardProps {
  status: LibraryStatus;
  index: MapIndex | null;
  set: Recommended | null;
  tools: SongTools;
}

const mapSetOf = (set: Recommended): MapSet => ({
  way: set.plan.map(({ valence, arousal }) => ({ valence, arousal })),
  stops: set.slots.flatMap(({ song }) => (song ? [song.heard] : [])),
});

export function MapCard({ status, index, set, tools }: MapCardProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const mapSet = useMemo(() => (set ? mapSetOf(set) : null), [set]);
  return (
    <section className="card map-card" aria-labelledby="map-title">
      <h2 id="map-title">The library on the plane</h2>
      <div className="map-layout">
        {index ? (
          <LibraryMap index={index} set={mapSet} theme={tools.theme} onChoose={setChosen} />
        ) : (
          <p className="note">Drawing the map…</p>
        )}
        <div className="map-side">
          <Counts status={status} tools={tools} />
          <p id="map-keys" className="note">
            Drag to move, + and − to enlarge, 0 for the whole; with keys, arrows move the map and
            Enter chooses the song in its middle.
          </p>
          {set && (
            <p className="note">The numbers are the songs of your set, the line is their way.</p>
          )}
          {chosen !== null && <Chosen key={chosen} songId={chosen} tools={tools} />}
        </div>
      </div>
    </section>
  );
}

function Counts({ status, tools }: Pick<MapCardProps, "status" | "tools">) {
  const placed = Object.values(status.quadrants).reduce((sum, count) => sum + count, 0);
  return (
    <div className="map-counts">
      <p id="map-counts" className="sr">
        {songsWord(status.songs)}, {counted(status.playable)} of them on this machine. By mood:{" "}
        {sayQuadrants(status.quadrants)}.
      </p>
      <p aria-hidden="true">
        <b>{songsWord(status.songs)}</b>, {counted(status.playable)} on this machine
      </p>
      <ul aria-hidden="true">
        {QUADRANT_NAMES.map(({ name, label }, i) => {
          const corner = QUADRANTS[i] as (typeof QUADRANTS)[number];
          const color = css(
            vividColor(
              { valence: 0.7 * corner.valence, arousal: 0.7 * corner.arousal },
              tools.theme,
            ),
          );
          return (
            <li key={name}>
              <i style={{ background: color }} />
              {label} <span className="quiet numbers">{counted(status.quadrants[name] ?? 0)}</span>
            </li>
          );
        })}
      </ul>
      {placed < status.songs && (
        <p className="note">{songsWord(status.songs - placed)} without a known mood.</p>
      )}
    </div>
  );
}

function Chosen({ songId, tools }: { songId: number; tools: SongTools }) {
  const song = useSongName(songId);
  return (
    <div className="map-chosen" role="group" aria-label="Song chosen on the map">
      {song ? <ChosenSong song={song} tools={tools} /> : <p className="note">…</p>}
    </div>
  );
}

function ChosenSong({ song, tools }: { song: Song; tools: SongTools }) {
  const reacting = useReaction(song.id, null);
  const name = songName(song);
  const track = trackOf(song, null);
  return (
    <>
      <div className="map-chosen-song">
        <MoodDot point={song.mood ?? null} theme={tools.theme} />
        <p role="status">
          <b>{song.title}</b>
          <span className="quiet">{[song.artist, song.genre].filter(Boolean).join(" · ")}</span>
        </p>
      </div>
      <div className="map-chosen-tools">
        <PlayOrOpen
          song={song}
          trackKey={track.key}
          tools={tools}
          onPlay={() => tools.play([track], 0)}
        />
        <Liking reacting={reacting} name={name} />
        <button type="button" className="small" onClick={() => tools.startFrom(song)}>
          Start from here
        </button>
      </div>
      <Kept reacting={reacting} />
    </>
  );
}
