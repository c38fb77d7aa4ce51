import { describe, expect, it } from "vitest";
import { withToken } from "../../src/api/token";
import { readMessage, readPacket } from "../../src/api/frames";
import type { Bar, Sensed } from "../../src/api/types";
import { belongsToElement } from "../../src/hooks/useShortcuts";
import { readCue } from "../../src/model/cues";
import { ellipseOf, radiusOf } from "../../src/model/ellipse";
import { FEELINGS, feelingAt, sayPoint, signed } from "../../src/model/feelings";
import { Timeline, chordAt } from "../../src/model/timeline";
import { FIRST_WISH, changes, compact, requestOf } from "../../src/model/wish";
import { describeSensed, sureness, topLabels } from "../../src/screen/feel/words";
import { clock } from "../../src/screen/keep/clock";
import { musical } from "../../src/screen/stage/musical";
import { drumRow, pitchRange } from "../../src/screen/stage/paint";
import { backoffMs } from "../../src/session/backoff";
import { entryOf, remember } from "../../src/session/history";

function bar(index: number, start: number, end: number): Bar {
  return {
    index,
    start,
    end,
    bpm: 90,
    meter: "4/4",
    key: "A minor",
    scale: "aeolian",
    section: "A",
    phrase_bar: 0,
    phrase_bars: 4,
    chords: [
      { start, end: (start + end) / 2, symbol: "Am7", roman: "i7" },
      { start: (start + end) / 2, end, symbol: "F", roman: "VI" },
    ],
    notes: [
      { role: "melody", pitch: 72, velocity: 90, start, end },
      { role: "drums", pitch: 36, velocity: 90, start, end },
    ],
    cues: {
      brightness: -0.5,
      tempo: 0.5,
      density: 0.1,
      register: 6,
      dynamics: 0.9,
      articulation: 0.7,
      tension: 0,
      layers: 1,
    },
    asked: { valence: -0.5, arousal: -0.5 },
    heard: null,
  };
}

describe("points in words", () => {
  it("names every feeling at its own place", () => {
    for (const feeling of FEELINGS) expect(feelingAt(feeling)).toBe(feeling.name);
  });
  it("calls the middle balanced", () =>
    expect(feelingAt({ valence: 0.1, arousal: 0.1 })).toBe("balanced"));
  it("writes real minus signs", () => {
    expect([signed(-0.5), signed(0.254), signed(0), signed(-0.001)]).toEqual([
      "−0.50",
      "+0.25",
      "±0.00",
      "±0.00",
    ]);
  });
  it("says a point", () => {
    expect(sayPoint({ valence: -0.78, arousal: -0.4 })).toBe("sad: valence −0.78, arousal −0.40");
  });
});

describe("uncertainty ellipse", () => {
  const spread = { valence_sd: 0.2, arousal_sd: 0.2, correlation: 0 };
  it("is a circle without correlation", () => {
    const { major, minor } = ellipseOf(spread);
    expect(major).toBeCloseTo(minor);
    expect(major).toBeCloseTo(0.2 * radiusOf(0.5));
  });
  it("leans to 45° with positive correlation", () => {
    expect(ellipseOf({ ...spread, correlation: 0.8 }).degrees).toBeCloseTo(45);
  });
  it("lies along the wider axis", () => {
    expect(Math.abs(ellipseOf({ ...spread, arousal_sd: 0.5 }).degrees)).toBeCloseTo(90);
  });
});

describe("timeline", () => {
  it("finds bars by position, in any order of arrival, and replaces what is sent again", () => {
    const timeline = new Timeline();
    for (const index of [2, 0, 1, 1]) timeline.add(bar(index, index * 100, index * 100 + 100));
    expect(timeline.length).toBe(3);
    expect([0, 99, 100, 299, 300, -1].map((at) => timeline.at(at)?.index ?? null)).toEqual([
      0,
      0,
      1,
      2,
      null,
      null,
    ]);
    expect(timeline.between(150, 250).map((b) => b.index)).toEqual([1, 2]);
    expect(timeline.heardUntil(210, 2).map((b) => b.index)).toEqual([1, 2]);
  });
  it("takes new times of a bar that it knows", () => {
    const timeline = new Timeline();
    timeline.add(bar(0, 0, 100));
    timeline.add(bar(1, 100, 200));
    timeline.add(bar(1, 110, 215));
    expect(timeline.length).toBe(2);
    expect(timeline.at(105)).toBeNull();
    expect(timeline.at(205)?.index).toBe(1);
  });
  it("forgets what is long past", () => {
    const timeline = new Timeline();
    for (let i = 0; i < 600; i++) timeline.add(bar(i, i * 10, i * 10 + 10));
    expect(timeline.length).toBe(512);
  });
  it("knows the chord of a moment", () => {
    expect(chordAt(bar(0, 0, 100), 60)?.symbol).toBe("F");
    expect(chordAt(bar(0, 0, 100), 100)).toBeNull();
  });
});

describe("requests", () => {
  it("lets words speak until the point is moved by hand", () => {
    const typed = { ...FIRST_WISH, text: " so tired ", pointedBy: "text" as const };
    expect(compact(requestOf(typed))).toEqual({ text: "so tired" });
    const moved = {
      ...typed,
      pointedBy: "hand" as const,
      point: { valence: 0.12345, arousal: -1 },
    };
    expect(compact(requestOf(moved))).toEqual({ valence: 0.123, arousal: -1 });
    const support = { message: "", resources: [] };
    const despair = { ...moved, sensed: { support } as unknown as Sensed };
    expect(compact(requestOf(despair))).toEqual({ text: "so tired" });
  });
  it("sends a goal only with the strategy of that name", () => {
    const goal = { ...FIRST_WISH, strategy: "goal" };
    expect(requestOf(goal).goal).toEqual({ valence: 0.6, arousal: 0.1 });
    expect(requestOf({ ...goal, strategy: "lift" }).goal).toBeNull();
  });
  it("pulls the neural writer only where it writes", () => {
    const pulled = { ...FIRST_WISH, guidance: 2, variety: 0.8 };
    expect(requestOf(pulled)).toMatchObject({ writer: null, guidance: null, variety: null });
    const neural = requestOf({ ...pulled, writer: "neural" });
    expect(neural).toMatchObject({ writer: "neural", guidance: 2, variety: 0.8 });
  });
  it("tells only what changed, and null for what went back", () => {
    const before = requestOf({ ...FIRST_WISH, genre: "jazz" });
    const after = requestOf({ ...FIRST_WISH, energyCap: 0.4 });
    expect(changes(before, after)).toEqual({ genre: null, energy_cap: 0.4 });
    expect(changes(after, after)).toEqual({});
  });
  it("tells together what belongs together", () => {
    const focus = requestOf({ ...FIRST_WISH, strategy: "focus" });
    const study = requestOf({ ...FIRST_WISH, strategy: "focus", preset: "study" });
    expect(changes(focus, study)).toEqual({ strategy: null, focus_mode: null, preset: "study" });
    const moved = requestOf({ ...FIRST_WISH, point: { valence: 0.2, arousal: 1 } });
    expect(changes(requestOf(FIRST_WISH), moved)).toEqual({ text: null, valence: 0.2, arousal: 1 });
  });
  it("names every cue as soon as one is pulled", () => {
    const { cues } = requestOf({ ...FIRST_WISH, cues: { tempo: 0.5 } });
    expect(Object.values(cues ?? {})).toEqual([0, 0.5, 0, 0, 0, 0, 0, 0, 0]);
    expect(requestOf({ ...FIRST_WISH, cues: { tempo: 0 } }).cues).toBeNull();
  });
});

describe("cues in words", () => {
  it("reads a number as a sentence", () => {
    expect(readCue("brightness", bar(0, 0, 1), 0)).toEqual({
      share: 0.25,
      shown: "aeolian",
      sentence: "A minor scale, for a dark mood.",
    });
  });
  it("says that the listener pulled", () => {
    expect(readCue("layers", bar(0, 0, 1), 0.4).sentence).toBe(
      "Everyone plays, for a quiet mood, and you pulled it up.",
    );
  });
});

describe("estimates in words", () => {
  const sensed = {
    valence: -0.75,
    arousal: -0.4,
    valence_sd: 0.1,
    arousal_sd: 0.2,
    correlation: 0,
    emotions: { happiness: 0.02, anger: 0.05, sadness: 0.6, calmness: 0.33 },
    labels: { sadness: 0.8, neutral: 0.7, grief: 0.2, joy: 0.04, fear: 0.15, love: 0.12 },
    support: null,
    senses_used: [],
  };
  it("names the feeling, the mixture and the doubt", () => {
    expect(describeSensed(sensed)).toBe(
      "That sounds sad, with some calmness in it. I am quite sure.",
    );
  });
  it("shows three labels without neutral", () => {
    expect(topLabels(sensed.labels).map(([label]) => label)).toEqual(["sadness", "grief", "fear"]);
  });
  it("admits doubt", () => {
    expect(sureness({ valence_sd: 0.6, arousal_sd: 0.4 })).toBe("not very sure");
  });
});

describe("live frames", () => {
  it("reads position and packet", () => {
    const frame = new Uint8Array([1, 0xc0, 3, 0, 0, 1, 0, 0, 0, 7, 8]).buffer;
    expect(readPacket(frame)).toEqual({ position: 2 ** 32 + 960, data: new Uint8Array([7, 8]) });
  });
  it("skips what it does not know", () => {
    expect(readPacket(new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0, 1]).buffer)).toBeNull();
    expect(readPacket(new ArrayBuffer(3))).toBeNull();
    expect(readMessage("{")).toBeNull();
    expect(readMessage('{"type":"later"}')).toBeNull();
    expect(readMessage('{"type":"end","reason":"bye"}')).toEqual({ type: "end", reason: "bye" });
  });
});

describe("small things", () => {
  it("writes times, accidentals and tokens", () => {
    expect([clock(125), clock(59.6)]).toEqual(["2:05", "1:00"]);
    expect(["Bb7", "F#m", "bVII", "Abmaj7/Eb", "viio"].map(musical)).toEqual([
      "B♭7",
      "F♯m",
      "♭VII",
      "A♭maj7/E♭",
      "viio",
    ]);
    expect(withToken("/a?b=1", "x y")).toBe("/a?b=1&token=x%20y");
    expect(withToken("/a", null)).toBe("/a");
  });
  it("waits longer each time, up to ten seconds and a bit", () => {
    expect([0, 1, 2].map((n) => backoffMs(n, 0.5))).toEqual([400, 800, 1600]);
    expect(backoffMs(50, 1)).toBe(12_500);
  });
  it("draws drums by kind and widens narrow music", () => {
    expect([36, 38, 45, 42, 49].map(drumRow)).toEqual([0, 1, 2, 3, 3]);
    expect(pitchRange([bar(0, 0, 1)])).toEqual([57, 87]);
    expect(pitchRange([])).toEqual([48, 74]);
  });
  it("keeps shortcuts out of the way of typing", () => {
    expect(belongsToElement("m", "TEXTAREA", "")).toBe(true);
    expect(belongsToElement(" ", "BUTTON", "")).toBe(true);
    expect(belongsToElement("m", "BUTTON", "")).toBe(false);
    expect(belongsToElement("m", "INPUT", "range")).toBe(false);
    expect(belongsToElement("ArrowUp", "INPUT", "range")).toBe(true);
  });
});

describe("history", () => {
  const entry = (at: number, genre: string | null) =>
    entryOf(requestOf({ ...FIRST_WISH, genre, text: "secret" }), FIRST_WISH.point, at);
  it("keeps no words", () => expect(JSON.stringify(entry(0, null))).not.toContain("secret"));
  it("replaces moods that were only passed through", () => {
    const first = remember([], entry(0, "jazz"));
    const second = remember(first, entry(10_000, "rock"));
    const third = remember(second, entry(60_000, "pop"));
    expect(third.map((e) => e.genre)).toEqual(["pop", "rock"]);
    expect(remember(third, entry(120_000, "pop"))).toHaveLength(2);
  });
});
