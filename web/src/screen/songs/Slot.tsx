/** A place of the set: a song with its reason and what can be said to it, or a composed bridge. */

import { useState } from "react";
import type { Point, Recommendation, SongBridge } from "../../api/types";
import { useReaction } from "../../hooks/useReaction";
import { feelingAt } from "../../model/feelings";
import { songName } from "../../model/songs";
import { sentence } from "../frame/sentence";
import { Icon } from "../frame/Icon";
import { clock } from "../keep/clock";
import { MoodDot } from "./MoodDot";
import { PlayOrOpen, PlayTrack } from "./PlayOrOpen";
import { Kept, Liking, Misses } from "./Reactions";
import { Reasons } from "./Reasons";
import type { SongTools } from "./tools";

interface PlaceProps {
  /** From 1. */
  number: number;
  startSeconds: number;
  target: Point;
  tools: SongTools;
  onPlay(): void;
}

interface SongSlotProps extends PlaceProps {
  chosen: Recommendation;
}

export function SongSlot(props: SongSlotProps) {
  const { chosen, target, tools } = props;
  const { song } = chosen;
  const [open, setOpen] = useState(false);
  const reacting = useReaction(song.id, target);
  const name = songName(song);
  const key = `song-${song.id}`;
  const on = tools.current === key ? "slot-on" : "";
  return (
    <li className={`slot ${on}`} data-song={song.id}>
      <Place number={props.number} startSeconds={props.startSeconds} />
      <PlayOrOpen song={song} trackKey={key} tools={tools} onPlay={props.onPlay} />
      <MoodDot point={chosen.heard} theme={tools.theme} />
      <div className="slot-words">
        <h3>{song.title}</h3>
        <p className="slot-artist">
          {song.artist}
          {song.seconds ? <span className="quiet numbers"> · {clock(song.seconds)}</span> : null}
        </p>
        <p className="because">{sentence(chosen.because)}</p>
      </div>
      <div className="slot-tools">
        <Liking reacting={reacting} name={name} />
        <button
          type="button"
          className="plain slot-more"
          aria-expanded={open}
          aria-label={`More about ${name}`}
          onClick={() => setOpen(!open)}
        >
          <Icon name="more" />
        </button>
      </div>
      <div className="slot-said">
        <Misses reacting={reacting} name={name} />
        <Kept reacting={reacting} />
      </div>
      {open && <Reasons chosen={chosen} target={target} theme={tools.theme} />}
    </li>
  );
}

function Place({ number, startSeconds }: Pick<PlaceProps, "number" | "startSeconds">) {
  return (
    <p className="slot-place numbers">
      <b>{number}</b>
      <span className="quiet">{clock(startSeconds)}</span>
    </p>
  );
}

interface BridgeSlotProps extends PlaceProps {
  bridge: SongBridge;
  trackKey: string;
}

export function BridgeSlot({ bridge, trackKey, ...props }: BridgeSlotProps) {
  const { tools } = props;
  const on = tools.current === trackKey ? "slot-on" : "";
  return (
    <li className={`slot slot-bridge ${on}`}>
      <Place number={props.number} startSeconds={props.startSeconds} />
      <PlayTrack name="the composed bridge" {...{ trackKey, tools }} onPlay={props.onPlay} />
      <MoodDot point={props.target} theme={tools.theme} />
      <div className="slot-words">
        <h3>Composed bridge</h3>
        <p className="slot-artist">
          Affetto<span className="quiet numbers"> · {clock(bridge.seconds)}</span>
        </p>
        <p className="because">
          Leads from {feelingAt(bridge.from)} to {feelingAt(bridge.to)}, because no song follows
          well here.
        </p>
      </div>
    </li>
  );
}
