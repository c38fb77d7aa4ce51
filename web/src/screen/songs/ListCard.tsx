/** All songs of the library, searched and filtered, page by page. */

import { useId, useState } from "react";
import type { LibraryStatus, Song } from "../../api/types";
import { useReaction } from "../../hooks/useReaction";
import { NO_FILTER, PAGE_SIZE, useSongList } from "../../hooks/useSongList";
import type { Filter } from "../../hooks/useSongList";
import { trackOf } from "../../model/queue";
import { QUADRANT_NAMES, counted, songName, songsWord } from "../../model/songs";
import { Choice } from "../frame/Choice";
import { Problem } from "../frame/Notice";
import { clock } from "../keep/clock";
import { MoodDot } from "./MoodDot";
import { PlayOrOpen } from "./PlayOrOpen";
import { Kept, Liking } from "./Reactions";
import type { SongTools } from "./tools";

interface ListCardProps {
  status: LibraryStatus;
  tools: SongTools;
}

export function ListCard({ status, tools }: ListCardProps) {
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const { page, busy, problem } = useSongList(filter, status.songs > 0);
  // Whatever is looked for, it is looked for from the first page on.
  const change = (part: Partial<Filter>): void => setFilter({ ...filter, page: 0, ...part });
  const songs = page?.songs ?? [];
  const here = songs.filter((song) => song.playable).map((song) => trackOf(song, null));
  const play = (song: Song): void => {
    const at = here.findIndex((track) => track.songId === song.id);
    if (at >= 0) tools.play(here, at);
  };
  return (
    <section className="card list" aria-labelledby="list-title">
      <h2 id="list-title">All songs</h2>
      <Filters status={status} filter={filter} onChange={change} />
      {problem && <Problem problem={problem} />}
      <p className="note" role="status" aria-busy={busy}>
        {page ? foundWords(page.total, filter.page) : "Looking…"}
      </p>
      <ul className="rows">
        {songs.map((song) => (
          <Row key={song.id} song={song} tools={tools} onPlay={() => play(song)} />
        ))}
      </ul>
      {page && page.total > PAGE_SIZE && (
        <Pages
          page={filter.page}
          total={page.total}
          onPage={(next) => setFilter({ ...filter, page: next })}
        />
      )}
    </section>
  );
}

function foundWords(total: number, page: number): string {
  if (total === 0) return "No song is like that.";
  if (total <= PAGE_SIZE) return songsWord(total);
  const first = page * PAGE_SIZE + 1;
  const last = Math.min(total, first + PAGE_SIZE - 1);
  return `${counted(first)}–${counted(last)} of ${songsWord(total)}`;
}

interface FiltersProps {
  status: LibraryStatus;
  filter: Filter;
  onChange(part: Partial<Filter>): void;
}

function Filters({ status, filter, onChange }: FiltersProps) {
  const id = useId();
  return (
    <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label className="field">
        Title, artist or album
        <input
          type="search"
          id="song-search"
          value={filter.text}
          maxLength={200}
          onChange={(event) => onChange({ text: event.target.value })}
        />
      </label>
      <label className="field" htmlFor={`${id}-genre`}>
        Genre
        <select
          id={`${id}-genre`}
          value={filter.genre}
          onChange={(event) => onChange({ genre: event.target.value })}
        >
          <option value="">any</option>
          {status.genres.map(({ name, songs }) => (
            <option key={name} value={name}>
              {name} ({counted(songs)})
            </option>
          ))}
        </select>
      </label>
      <Choice
        legend="Mood"
        options={[
          { value: "", label: "any" },
          ...QUADRANT_NAMES.map(({ name, label }) => ({ value: name as string, label })),
        ]}
        value={filter.quadrant}
        onChange={(quadrant) => onChange({ quadrant })}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={filter.playable}
          onChange={(event) => onChange({ playable: event.target.checked })}
        />
        Only songs on this machine
      </label>
    </form>
  );
}

interface RowProps {
  song: Song;
  tools: SongTools;
  onPlay(): void;
}

function Row({ song, tools, onPlay }: RowProps) {
  const reacting = useReaction(song.id, null);
  const name = songName(song);
  const key = `song-${song.id}`;
  const facts = [song.artist, song.album, song.year, song.genre].filter(Boolean).join(" · ");
  return (
    <li className={`row ${tools.current === key ? "slot-on" : ""}`} data-song={song.id}>
      <PlayOrOpen song={song} trackKey={key} tools={tools} onPlay={onPlay} />
      <MoodDot point={song.mood ?? null} theme={tools.theme} />
      <div className="row-words">
        <p>{song.title}</p>
        <p className="quiet">{facts}</p>
        <Kept reacting={reacting} />
      </div>
      <span className="row-time quiet numbers">{song.seconds ? clock(song.seconds) : ""}</span>
      <Liking reacting={reacting} name={name} only="like" />
      <button type="button" className="small row-start" onClick={() => tools.startFrom(song)}>
        Start from here<span className="sr">: {name}</span>
      </button>
    </li>
  );
}

interface PagesProps {
  page: number;
  total: number;
  onPage(page: number): void;
}

function Pages({ page, total, onPage }: PagesProps) {
  const last = Math.ceil(total / PAGE_SIZE) - 1;
  const go = (to: number): void => {
    if (to >= 0 && to <= last) onPage(to);
  };
  return (
    <nav className="pages" aria-label="Pages of songs">
      <button
        type="button"
        className="small"
        aria-disabled={page === 0}
        onClick={() => go(page - 1)}
      >
        Before
      </button>
      <span className="numbers">
        Page {counted(page + 1)} of {counted(last + 1)}
      </span>
      <button
        type="button"
        className="small"
        aria-disabled={page === last}
        onClick={() => go(page + 1)}
      >
        Next
      </button>
    </nav>
  );
}
