/** The player of songs as React state; it and the composed station never sound at once. */

import { useEffect, useState, useSyncExternalStore } from "react";
import type { Session } from "../session/session";
import { SongPlayer } from "../session/songPlayer";
import type { SongPlayerState } from "../session/songPlayer";

export function useSongPlayer(
  session: Session,
  stationActive: boolean,
): [SongPlayer, SongPlayerState] {
  const [player] = useState(() => new SongPlayer());
  const state = useSyncExternalStore(player.subscribe, player.snapshot);
  const playing = state.queue.phase === "playing";
  useEffect(() => {
    const { phase } = session.snapshot();
    if (playing && phase !== "idle" && phase !== "paused") session.pause();
  }, [session, playing]);
  useEffect(() => {
    if (stationActive) player.pause();
  }, [player, stationActive]);
  return [player, state];
}
