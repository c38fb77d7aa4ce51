/** Redrawing with time: by animation frame for pictures, by interval for words. */

import { useEffect, useReducer, useRef } from "react";

/** Calls `draw` before every repaint while `active`. */
export function useFrame(draw: () => void, active: boolean): void {
  const latest = useRef(draw);
  useEffect(() => {
    latest.current = draw;
  });
  useEffect(() => {
    if (!active) return;
    let handle = requestAnimationFrame(function next() {
      latest.current();
      handle = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(handle);
  }, [active]);
}

/** Renders the component again every `ms` milliseconds while `active`. */
export function useTick(ms: number, active: boolean): void {
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!active) return;
    const handle = setInterval(tick, ms);
    return () => clearInterval(handle);
  }, [ms, active]);
}
