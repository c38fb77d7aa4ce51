/** Numbers of the running session for tests and for the curious: `window.__affetto`. */

import type { Bar } from "../api/types";
import type { PlayerStats } from "../audio/player";
import type { Session } from "./session";

/** What the page shows to tests: the player's numbers, read when asked for. */
export interface ExposedStats extends PlayerStats {
  phase: string;
  bars: number;
  /** Position on the station's clock that is heard now. */
  position: number | null;
  /** The bar that is heard now. */
  bar: Bar | null;
}

declare global {
  interface Window {
    __affetto?: ExposedStats;
  }
}

export function exposeStats(session: Session): () => void {
  const stats = {} as ExposedStats;
  const getters: { [K in keyof ExposedStats]: () => ExposedStats[K] } = {
    path: () => session.stats().path,
    underruns: () => session.stats().underruns,
    jumps: () => session.stats().jumps,
    behindLiveMs: () => session.stats().behindLiveMs,
    rms: () => session.stats().rms,
    bufferedMs: () => session.stats().bufferedMs,
    firstSoundMs: () => session.stats().firstSoundMs,
    phase: () => session.snapshot().phase,
    bars: () => session.timeline.length,
    position: () => session.heardPosition(),
    bar: () => {
      const heard = session.heardPosition();
      return heard === null ? null : session.timeline.at(heard);
    },
  };
  for (const [name, get] of Object.entries(getters)) {
    Object.defineProperty(stats, name, { get, enumerable: true });
  }
  window.__affetto = stats;
  return () => {
    delete window.__affetto;
  };
}
