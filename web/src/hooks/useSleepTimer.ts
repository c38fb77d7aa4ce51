/** The sleep timer: plays on for a while, fades out, then pauses. */

import { useCallback, useEffect, useRef, useState } from "react";

/** Seconds of fade before the end. */
export const FADE_S = 45;

/** What is sent to sleep. */
export interface Sleeper {
  /** Moves the level to 1 (open) or 0 (closed), apart from the volume. */
  fadeTo(level: number, seconds: number): void;
  pause(): void;
}

export interface SleepTimer {
  /** Minutes left, rounded up; `null` when the timer is off. */
  left: number | null;
  set(minutes: number | null): void;
}

export function useSleepTimer(sleeper: Sleeper): SleepTimer {
  const endsAt = useRef<number | null>(null);
  const fading = useRef(false);
  const [left, setLeft] = useState<number | null>(null);

  const set = useCallback(
    (minutes: number | null) => {
      endsAt.current = minutes === null ? null : Date.now() + minutes * 60_000;
      setLeft(minutes);
      if (fading.current) sleeper.fadeTo(1, 1);
      fading.current = false;
    },
    [sleeper],
  );

  const running = left !== null;
  useEffect(() => {
    if (!running) return;
    const handle = setInterval(() => {
      if (endsAt.current === null) return;
      const leftMs = endsAt.current - Date.now();
      setLeft(Math.max(0, Math.ceil(leftMs / 60_000)));
      if (leftMs <= FADE_S * 1000 && !fading.current) {
        fading.current = true;
        sleeper.fadeTo(0, Math.max(0.1, leftMs / 1000));
      }
      if (leftMs <= 0) {
        sleeper.pause();
        endsAt.current = null;
        fading.current = false;
        setLeft(null);
      }
    }, 500);
    return () => clearInterval(handle);
  }, [running, sleeper]);

  return { left, set };
}
