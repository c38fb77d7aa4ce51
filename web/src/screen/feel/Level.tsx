/** How loud the microphone hears somebody. */

import { useEffect, useRef } from "react";
import { useReducedMotion } from "../../hooks/useMedia";
import { levelOf } from "../../senses/pcm";
import type { Sensing } from "../../senses/sensing";

/** Times between two looks. */
const LOOK_MS = 80;
const CALM_LOOK_MS = 500;

/** Below this level a voice is hardly there. */
const QUIET = 0.2;

export function Level({ sensing, active }: { sensing: Sensing; active: boolean }) {
  const meter = useRef<HTMLDivElement>(null);
  const still = useReducedMotion();
  useEffect(() => {
    const element = meter.current;
    if (!element || !active) return;
    let shown = 0;
    const handle = setInterval(
      () => {
        const level = levelOf(sensing.microphoneLevel());
        shown = Math.max(level, shown * 0.8);
        element.style.setProperty("--level", shown.toFixed(3));
        element.setAttribute("aria-valuenow", String(Math.round(shown * 100)));
        element.setAttribute("aria-valuetext", shown < QUIET ? "very quiet" : "heard");
      },
      still ? CALM_LOOK_MS : LOOK_MS,
    );
    return () => {
      clearInterval(handle);
      element.style.setProperty("--level", "0");
      element.setAttribute("aria-valuenow", "0");
    };
  }, [sensing, active, still]);
  return (
    <div
      ref={meter}
      className="level"
      role="meter"
      aria-label="Microphone level"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
    />
  );
}
