/** The cue table in plain words: what a number means and why it is so. */

import type { Bar, Cues, Point } from "../api/types";

export type CueName = keyof Cues;

interface CueWords {
  /** Range of the cue as a bar reports it. */
  min: number;
  max: number;
  /** Descriptions from the low end to the high end. */
  steps: [string, string, string, string, string];
  /** Which side of the mood moves it most. */
  because: "valence" | "arousal";
  show(value: number, bar: Bar): string;
}

const percent = (value: number): string => `${Math.round(value * 100)} %`;

/** Ranges as in the composer's cue table; directions after Eerola, Friberg and Bresin (2013). */
const WORDS: Record<CueName, CueWords> = {
  brightness: {
    min: -1,
    max: 1,
    steps: [
      "a very dark scale",
      "a minor scale",
      "a scale between minor and major",
      "a major scale",
      "a very bright scale",
    ],
    because: "valence",
    show: (_value, bar) => bar.scale,
  },
  tempo: {
    min: 0,
    max: 1,
    steps: [
      "slow for its style",
      "a gentle pace",
      "a walking pace",
      "a brisk pace",
      "fast for its style",
    ],
    because: "arousal",
    show: (_value, bar) => `${Math.round(bar.bpm)} bpm`,
  },
  density: {
    min: 0,
    max: 1,
    steps: [
      "very few notes",
      "few notes",
      "a fair number of notes",
      "many notes",
      "a rush of notes",
    ],
    because: "arousal",
    show: percent,
  },
  register: {
    min: -12,
    max: 12,
    steps: [
      "very low",
      "lower than usual",
      "the middle register",
      "higher than usual",
      "very high",
    ],
    because: "valence",
    show: (value) => `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(1)} st`,
  },
  dynamics: {
    min: 0,
    max: 1,
    steps: ["very soft", "soft", "of medium loudness", "loud", "very loud"],
    because: "arousal",
    show: percent,
  },
  articulation: {
    min: 0.4,
    max: 1,
    steps: [
      "short, detached notes",
      "rather short notes",
      "notes of natural length",
      "connected notes",
      "long, singing notes",
    ],
    because: "arousal",
    show: percent,
  },
  tension: {
    min: 0,
    max: 1,
    steps: [
      "plain, restful chords",
      "mild chords",
      "some coloured chords",
      "restless chords",
      "strained, dissonant chords",
    ],
    because: "valence",
    show: percent,
  },
  layers: {
    min: 0,
    max: 1,
    steps: [
      "hardly anyone plays",
      "a small group",
      "half the band",
      "most of the band",
      "everyone plays",
    ],
    because: "arousal",
    show: percent,
  },
};

export interface CueReading {
  /** Place in the cue's range, 0..=1. */
  share: number;
  /** The number with its unit, or the scale's name. */
  shown: string;
  /** One plain sentence. */
  sentence: string;
}

const MOODS = {
  valence: ["a dark mood", "a mood that is neither dark nor bright", "a bright mood"],
  arousal: ["a quiet mood", "a mood of middling energy", "an energetic mood"],
} as const;

function moodWords(side: "valence" | "arousal", asked: Point): string {
  const value = asked[side];
  return MOODS[side][value < -0.2 ? 0 : value > 0.2 ? 2 : 1];
}

/** Reads one cue of a bar; `pulled` is the listener's own offset. */
export function readCue(name: CueName, bar: Bar, pulled: number): CueReading {
  const words = WORDS[name];
  const value = bar.cues[name];
  const share = Math.min(1, Math.max(0, (value - words.min) / (words.max - words.min)));
  const step = words.steps[Math.min(4, Math.floor(share * 5))] ?? words.steps[2];
  const reason =
    pulled === 0
      ? `for ${moodWords(words.because, bar.asked)}`
      : `for ${moodWords(words.because, bar.asked)}, and you pulled it ${pulled > 0 ? "up" : "down"}`;
  const sentence = `${step.charAt(0).toUpperCase()}${step.slice(1)}, ${reason}.`;
  return { share, shown: words.show(value, bar), sentence };
}
