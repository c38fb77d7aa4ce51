/** Volume and sleep timer, for the composed station and for songs alike. */

import { useEffect, useMemo, useState } from "react";
import type { Session } from "../session/session";
import type { SongPlayer } from "../session/songPlayer";
import { useSleepTimer } from "./useSleepTimer";
import type { SleepTimer, Sleeper } from "./useSleepTimer";

export interface Loudness {
  volume: number;
  muted: boolean;
  sleep: SleepTimer;
  onVolume(volume: number): void;
  onMute(): void;
}

function useSleeper(session: Session, player: SongPlayer): Sleeper {
  return useMemo<Sleeper>(
    () => ({
      fadeTo: (level, seconds) => {
        session.fadeTo(level, seconds);
        player.fadeTo(level, seconds);
      },
      pause: () => {
        if (session.snapshot().station) session.pause();
        player.pause();
        // The station opens again by itself when it goes on.
        player.fadeTo(1, 0);
      },
    }),
    [session, player],
  );
}

export function useLoudness(session: Session, player: SongPlayer): Loudness {
  const [volume, setVolume] = useState(0.8);
  const [muted, setMuted] = useState(false);
  const sleep = useSleepTimer(useSleeper(session, player));
  useEffect(() => {
    session.setVolume(muted ? 0 : volume);
    player.setVolume(muted ? 0 : volume);
  }, [session, player, muted, volume]);
  return {
    volume,
    muted,
    sleep,
    onVolume: (next) => {
      setVolume(next);
      setMuted(false);
    },
    onMute: () => setMuted(!muted),
  };
}
