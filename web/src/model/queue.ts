/**
 * What plays after what: the state of the player of songs, as a function from what happens to what
 * is to be done. Sound and server are elsewhere.
 */

import type { Point, Recommended, Song, SongBridge } from "../api/types";

/** A song of the library, or music that is composed between two. */
export interface Track {
  /** Names the track within the page. */
  key: string;
  title: string;
  artist: string;
  album: string | null;
  /** `null` for composed music. */
  songId: number | null;
  bridge: SongBridge | null;
  /** Loudness in LUFS, where it is known. */
  loudness: number | null;
  /** The point that it was recommended for. */
  target: Point | null;
}

export type QueuePhase = "empty" | "playing" | "paused";

export interface Queue {
  tracks: readonly Track[];
  at: number;
  phase: QueuePhase;
  /** Songs that were heard to their end, by number. */
  heardOut: readonly number[];
}

export const EMPTY_QUEUE: Queue = { tracks: [], at: 0, phase: "empty", heardOut: [] };

/** Where the playing track is; `duration` is `null` while it is unknown. */
export interface Heard {
  seconds: number;
  duration: number | null;
}

/** What happens. */
export type Ask =
  | { ask: "load"; tracks: readonly Track[]; at: number; heard: Heard }
  | { ask: "pause" | "resume" | "failed" | "over" }
  | { ask: "next" | "previous"; heard: Heard };

/** What is to be done about it. */
export type Act =
  | { act: "start"; track: Track; after: "end" | "ask" }
  | { act: "hold" | "resume" | "rewind" | "stop" }
  | { act: "tell"; songId: number; reaction: string; seconds: number | null; target: Point | null };

/** Left with no more than this, a song counts as heard. */
const END_S = 8;

/** "Previous" goes back to the beginning of the track from here on. */
const REWIND_S = 3;

export const trackOf = (song: Song, target: Point | null): Track => ({
  key: `song-${song.id}`,
  title: song.title,
  artist: song.artist,
  album: song.album ?? null,
  songId: song.id,
  bridge: null,
  loudness: song.loudness_lufs ?? null,
  target,
});

/** Bridges of other sets have other names. */
export const bridgeKey = (slot: number, { from, to, seconds }: SongBridge): string =>
  ["bridge", slot, from.valence, from.arousal, to.valence, to.arousal, seconds].join(" ");

/** What of a set can be played here, in order. */
export function tracksOf(set: Recommended): Track[] {
  return set.slots.flatMap(({ song, bridge, target }, slot): Track[] => {
    if (song) return song.song.playable ? [trackOf(song.song, target)] : [];
    if (!bridge) return [];
    const key = bridgeKey(slot, bridge);
    const title = "Composed bridge";
    const none = { album: null, songId: null, loudness: null };
    return [{ ...none, key, title, artist: "Affetto", bridge, target }];
  });
}

export const currentOf = (queue: Queue): Track | null =>
  queue.phase === "empty" ? null : (queue.tracks[queue.at] ?? null);

export const nextOf = (queue: Queue): Track | null =>
  queue.phase === "empty" ? null : (queue.tracks[queue.at + 1] ?? null);

const tell = (track: Track | null, reaction: string, seconds: number | null = null): Act[] =>
  track === null || track.songId === null
    ? []
    : [{ act: "tell", songId: track.songId, reaction, seconds, target: track.target }];

/** The current track is left before, or at, its end. */
function left(queue: Queue, heard: Heard): [readonly number[], Act[]] {
  const track = currentOf(queue);
  const nearlyOver = heard.duration !== null && heard.duration - heard.seconds <= END_S;
  if (nearlyOver) return finished(queue);
  return [queue.heardOut, tell(track, "skip", Math.max(0, heard.seconds))];
}

function finished(queue: Queue): [readonly number[], Act[]] {
  const track = currentOf(queue);
  const id = track?.songId ?? null;
  const known = id === null || queue.heardOut.includes(id);
  return [known ? queue.heardOut : [...queue.heardOut, id], tell(track, "finish")];
}

/** Goes to a place of the queue, or to its end. */
function go(queue: Queue, at: number, after: "end" | "ask", acts: Act[]): [Queue, Act[]] {
  const track = queue.tracks[at];
  if (!track) {
    // The last one stays in sight, ready to be played again.
    const rest: Queue = { ...queue, phase: queue.tracks.length > 0 ? "paused" : "empty" };
    return [rest, [...acts, { act: "stop" }]];
  }
  const again = track.songId !== null && queue.heardOut.includes(track.songId);
  const replay = again ? tell(track, "replay") : [];
  return [{ ...queue, at, phase: "playing" }, [...acts, ...replay, { act: "start", track, after }]];
}

function load(queue: Queue, tracks: readonly Track[], at: number, heard: Heard): [Queue, Act[]] {
  const now = currentOf(queue);
  const wanted = tracks[at];
  if (now && wanted && now.key === wanted.key && queue.phase === "playing") {
    // The same song in another list plays on.
    return [{ ...queue, tracks, at }, []];
  }
  const [heardOut, acts] = now && heard.seconds > 0 ? left(queue, heard) : [queue.heardOut, []];
  return go({ ...queue, tracks, heardOut }, at, "ask", acts);
}

function previous(queue: Queue, heard: Heard): [Queue, Act[]] {
  const track = currentOf(queue);
  if (heard.seconds <= REWIND_S && queue.at > 0) {
    // Going back says nothing against the song that is left.
    return go(queue, queue.at - 1, "ask", []);
  }
  const mostOfIt = heard.duration !== null && heard.seconds > heard.duration / 2;
  const replay = mostOfIt ? tell(track, "replay") : [];
  return [{ ...queue, phase: "playing" }, [...replay, { act: "rewind" }]];
}

/** The state after something happened, and what is to be done. */
export function step(queue: Queue, event: Ask): [Queue, Act[]] {
  if (event.ask === "load") return load(queue, event.tracks, event.at, event.heard);
  if (queue.phase === "empty") return [queue, []];
  switch (event.ask) {
    case "pause":
      return queue.phase === "playing"
        ? [{ ...queue, phase: "paused" }, [{ act: "hold" }]]
        : [queue, []];
    case "resume":
      return queue.phase === "paused"
        ? [{ ...queue, phase: "playing" }, [{ act: "resume" }]]
        : [queue, []];
    case "failed":
      return go(queue, queue.at + 1, "end", []);
    case "over": {
      const [heardOut, acts] = finished(queue);
      return go({ ...queue, heardOut }, queue.at + 1, "end", acts);
    }
    case "next": {
      const [heardOut, acts] = left(queue, event.heard);
      return go({ ...queue, heardOut }, queue.at + 1, "ask", acts);
    }
    case "previous":
      return previous(queue, event.heard);
  }
}

/** Loudness that songs are brought to (ReplayGain 2.0), in LUFS. */
const USUAL_LOUDNESS = -18;

/** Factor that brings a song to the usual loudness; never above 1, so that nothing clips. */
export function replayGain(loudness: number | null): number {
  if (loudness === null || !Number.isFinite(loudness)) return 1;
  return Math.min(1, 10 ** ((USUAL_LOUDNESS - loudness) / 20));
}

/** Levels of the song that comes and the one that goes, of equal power together. */
export function crossfade(share: number): { coming: number; going: number } {
  const angle = (Math.max(0, Math.min(1, share)) * Math.PI) / 2;
  return { coming: Math.sin(angle), going: Math.cos(angle) };
}

/** Seconds of crossfade for a track, which short ones do not have room for. */
export const fadeFor = (wanted: number, duration: number | null): number =>
  duration === null ? 0 : Math.min(wanted, duration / 4);
