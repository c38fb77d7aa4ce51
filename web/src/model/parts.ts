/** The parts of a song's score as bars of a chart. */

/** Names of the parts for people, in the order of the chart. */
const NAMES: readonly [string, string][] = [
  ["mood", "How its mood fits"],
  ["words", "Feeling of its words"],
  ["themes", "What it is about"],
  ["taste", "Your taste"],
  ["freshness", "Not heard lately"],
  ["diversity", "Unlike the others"],
  ["spacing", "Another artist"],
  ["flow", "Follows well"],
];

/** A part is drawn against at least this many nats, so that small sets of numbers stay small. */
const LEAST_SCALE = 1;

export interface PartBar {
  name: string;
  label: string;
  /** Nats, as the server weighs them. */
  value: number;
  /** Left edge and width as shares of the chart, whose middle is zero. */
  left: number;
  width: number;
  /** What the bar says, for those who do not see it. */
  words: string;
}

/** "speaks for it" and the like, by size. */
export function weightWords(value: number): string {
  const size = Math.abs(value);
  if (size < 0.05) return "makes no difference";
  const much = size < 0.35 ? "a little " : size < 1.2 ? "" : "strongly ";
  return `speaks ${much}${value > 0 ? "for" : "against"} it`;
}

const labelOf = (name: string): string =>
  NAMES.find(([known]) => known === name)?.[1] ?? name.charAt(0).toUpperCase() + name.slice(1);

/** Known parts in the usual order, then those that this page does not know. */
function ordered(parts: Record<string, number>): [string, number][] {
  const place = (name: string): number => {
    const known = NAMES.findIndex(([one]) => one === name);
    return known < 0 ? NAMES.length : known;
  };
  return Object.entries(parts).toSorted(([a], [b]) => place(a) - place(b));
}

/** Bars to both sides of zero, on one scale. */
export function partBars(parts: Record<string, number>): PartBar[] {
  const finite = ordered(parts).filter(([, value]) => Number.isFinite(value));
  const scale = Math.max(LEAST_SCALE, ...finite.map(([, value]) => Math.abs(value)));
  return finite.map(([name, value]) => {
    const width = Math.abs(value) / scale / 2;
    return {
      name,
      label: labelOf(name),
      value,
      left: value < 0 ? 0.5 - width : 0.5,
      width,
      words: weightWords(value),
    };
  });
}
