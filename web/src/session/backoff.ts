/** Waiting times between attempts to reach the server again. */

const FIRST_MS = 400;
const LONGEST_MS = 10_000;

/** Doubles with every attempt up to ten seconds; `dice` in 0..1 spreads many pages apart. */
export function backoffMs(attempt: number, dice: number = Math.random()): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return full * (0.75 + dice / 2);
}
