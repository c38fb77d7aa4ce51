/** Media keys and lock screen for whatever leads: the composed station, or songs. */

import { useMemo } from "react";
import { feelingAt } from "../model/feelings";
import type { Track } from "../model/queue";
import type { Wish } from "../model/wish";
import type { Session } from "../session/session";
import type { SongPlayer } from "../session/songPlayer";
import { useMediaSession } from "./useMediaSession";
import type { MediaKeys, NowPlaying } from "./useMediaSession";

const stationNow = (wish: Wish, playing: boolean): NowPlaying => ({
  playing,
  silent: true,
  title: [feelingAt(wish.point), wish.genre ?? "music"].join(" · "),
  artist: "Affetto",
  album: "Composed on this machine",
});

const songNow = (track: Track, playing: boolean): NowPlaying => ({
  playing,
  silent: false,
  title: track.title,
  artist: track.artist,
  album: track.album ?? "",
});

/** `lead` is the song that has the keys; without one the station has them. */
export function useMediaKeys(
  session: Session,
  player: SongPlayer,
  lead: Track | null,
  playing: boolean,
  wish: Wish,
): void {
  const ofSongs = lead !== null;
  const keys = useMemo<MediaKeys>(() => {
    if (!ofSongs) return { play: () => void session.resume(), pause: () => session.pause() };
    const { resume, pause, next, previous, seek } = player;
    return { play: resume, pause, next, previous, seek };
  }, [session, player, ofSongs]);
  useMediaSession(lead ? songNow(lead, playing) : stationNow(wish, playing), keys);
}
