/** The sleep timer: plays on for a while, fades out, then pauses. */

import { useCallback, useEffect, useRef, useState } from "react";
import type { Session } from "../session/session";

/** Seconds of fade before the end. */
export const FADE_S = 45;

export interface SleepTimer {
  /** Minutes left, rounded up; `null` when the timer is off. */
  left: number | null;
  set(minutes: number | null): void;
}

export function useSleepTimer(session: Session): SleepTimer {
  const endsAt = useRef<number | null>(null);
  const fading = useRef(false);
  const [left, setLeft] = useState<number | null>(null);

  const set = useCallback(
    (minutes: number | null) => {
      endsAt.current = minutes === null ? null : Date.now() + minutes * 60_000;
      setLeft(minutes);
      if (fading.current) session.fadeTo(1, 1);
      fading.current = false;
    },
    [session],
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
        session.fadeTo(0, Math.max(0.1, leftMs / 1000));
      }
      if (leftMs <= 0) {
        session.pause();
        endsAt.current = null;
        fading.current = false;
        setLeft(null);
      }
    }, 500);
    return () => clearInterval(handle);
  }, [running, session]);

  return { left, set };
}
