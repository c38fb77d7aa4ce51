/** The recommended set, in order, with what can be done with it as a whole. */

import { useEffect, useRef } from "react";
import type { Recommended } from "../../api/types";
import type { SongSet } from "../../hooks/useSongSet";
import { feelingAt } from "../../model/feelings";
import { bridgeKey, tracksOf } from "../../model/queue";
import { songName, songsWord, strategyWords } from "../../model/songs";
import { Icon } from "../frame/Icon";
import { sentence } from "../frame/sentence";
import { SaveSet } from "./SaveSet";
import { BridgeSlot, SongSlot } from "./Slot";
import type { SongTools } from "./tools";

interface SetCardProps {
  found: SongSet;
  tools: SongTools;
}

/** Minutes of the whole set, as far as lengths are known. */
function minutesOf(set: Recommended): number {
  const seconds = set.slots.map(({ song, bridge }) => song?.song.seconds ?? bridge?.seconds ?? 0);
  return Math.round(seconds.reduce((sum, one) => sum + one, 0) / 60);
}

/** How the set goes, in a sentence. */
function wayWords(set: Recommended): string {
  const first = set.plan[0];
  const last = set.plan.at(-1);
  const minutes = minutesOf(set);
  const parts = [sentence(strategyWords(set.strategy))];
  if (first && last && feelingAt(first) !== feelingAt(last)) {
    parts.push(`From ${feelingAt(first)} to ${feelingAt(last)}.`);
  }
  if (minutes > 0) parts.push(`About ${minutes} min.`);
  return parts.join(" ");
}

export function SetCard({ found, tools }: SetCardProps) {
  const { set, from, number } = found;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // Whoever asked is led to the answer, with or without eyes.
    if (number > 0) heading.current?.focus();
  }, [number]);
  if (!set) return null;
  const songs = set.slots.flatMap(({ song }) => (song ? [song.song] : []));
  const tracks = tracksOf(set);
  const playFrom = (key: string): void => {
    const at = tracks.findIndex((track) => track.key === key);
    if (at >= 0) tools.play(tracks, at);
  };
  const title = from ? `From ${songName(from)} on` : `Songs for feeling ${feelingAt(set.felt)}`;
  return (
    <section className="card set" aria-labelledby="set-title">
      <div className="set-head">
        <div>
          <h2 id="set-title" ref={heading} tabIndex={-1}>
            {title}
          </h2>
          <p className="quiet">
            {songsWord(songs.length)}. {wayWords(set)}
          </p>
        </div>
        <div className="set-tools">
          <button
            type="button"
            className="primary play-all"
            disabled={tracks.length === 0}
            onClick={() => tools.play(tracks, 0)}
          >
            <Icon name="play" />
            Play all
          </button>
          <SaveSet title={title} songs={songs} />
        </div>
      </div>
      {tracks.length === 0 && songs.length > 0 && (
        <p className="note">
          None of these songs is on this machine; each can be opened elsewhere.
        </p>
      )}
      <ol className="slots">
        {set.slots.map((slot, index) => {
          const { song, bridge, target, start_s: startSeconds } = slot;
          const place = { number: index + 1, startSeconds, target, tools };
          if (song) {
            const id = song.song.id;
            const onPlay = (): void => playFrom(`song-${id}`);
            return <SongSlot key={`${number} ${id}`} {...place} chosen={song} onPlay={onPlay} />;
          }
          if (!bridge) return null;
          const key = bridgeKey(index, bridge);
          const onPlay = (): void => playFrom(key);
          return <BridgeSlot key={key} {...place} {...{ bridge, onPlay }} trackKey={key} />;
        })}
      </ol>
    </section>
  );
}
