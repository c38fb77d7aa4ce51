import { describe, expect, it } from "vitest";
import {
  EMPTY_QUEUE,
  crossfade,
  currentOf,
  fadeFor,
  nextOf,
  replayGain,
  step,
  trackOf,
  tracksOf,
} from "../../src/model/queue";
import type { Act, Ask, Queue, Track } from "../../src/model/queue";

const TARGET = { valence: 0.2, arousal: -0.3 };
const plain = (id: number, playable = true) => ({
  id,
  title: `Song ${id}`,
  artist: "Somebody",
  playable,
  sources: [],
});
const tracks: Track[] = [1, 2, 3].map((id) => trackOf(plain(id), TARGET));
const START: Ask = { ask: "load", tracks, at: 0, heard: { seconds: 0, duration: null } };
const heard = (seconds: number, duration: number | null = 200) => ({ seconds, duration });

/** Runs events and gives the last state with everything that was to be done since the first. */
function run(...events: Ask[]): { queue: Queue; said: string[] } {
  let queue = EMPTY_QUEUE;
  const acts: Act[] = [];
  for (const event of events) {
    const [next, done] = step(queue, event);
    queue = next;
    acts.push(...done);
  }
  const said = acts.map((act) => {
    if (act.act === "start") return `start ${act.track.key} after ${act.after}`;
    if (act.act !== "tell") return act.act;
    return `${act.reaction} ${act.songId}${act.seconds === null ? "" : ` at ${act.seconds}`}`;
  });
  return { queue, said };
}

describe("the player of songs", () => {
  it("plays one after the other, tells what was heard, and rests at the end", () => {
    const { queue, said } = run(START, { ask: "over" }, { ask: "over" }, { ask: "over" });
    expect(said).toEqual([
      "start song-1 after ask",
      "finish 1",
      "start song-2 after end",
      "finish 2",
      "start song-3 after end",
      "finish 3",
      "stop",
    ]);
    expect([queue.phase, queue.at, queue.heardOut]).toEqual(["paused", 2, [1, 2, 3]]);
  });
  it("tells after how many seconds a song was skipped", () => {
    expect(run(START, { ask: "next", heard: heard(12.5) }).said).toEqual([
      "start song-1 after ask",
      "skip 1 at 12.5",
      "start song-2 after ask",
    ]);
  });
  it("counts a song that is left in its last seconds as heard", () => {
    expect(run(START, { ask: "next", heard: heard(195) }).said[1]).toBe("finish 1");
    expect(run(START, { ask: "next", heard: heard(195, null) }).said[1]).toBe("skip 1 at 195");
  });
  it("goes back to the beginning first, then to the song before", () => {
    const back = run(START, { ask: "over" }, { ask: "previous", heard: heard(20) });
    expect(back.said.at(-1)).toBe("rewind");
    expect(back.queue.at).toBe(1);
    const before = run(START, { ask: "over" }, { ask: "previous", heard: heard(1) });
    expect(before.said.slice(-2)).toEqual(["replay 1", "start song-1 after ask"]);
  });
  it("tells that a song is heard again from most of its way", () => {
    expect(run(START, { ask: "previous", heard: heard(150) }).said).toContain("replay 1");
    expect(run(START, { ask: "previous", heard: heard(50) }).said).not.toContain("replay 1");
  });
  it("pauses and goes on, once each", () => {
    const { said } = run(START, { ask: "resume" }, { ask: "pause" }, { ask: "pause" });
    expect(said).toEqual(["start song-1 after ask", "hold"]);
    expect(run(START, { ask: "pause" }, { ask: "resume" }).said.at(-1)).toBe("resume");
  });
  it("leaves out a song that cannot be played, without a word about it", () => {
    expect(run(START, { ask: "failed" }).said).toEqual([
      "start song-1 after ask",
      "start song-2 after end",
    ]);
  });
  it("plays on when its song is chosen in another list, and leaves it for another song", () => {
    const other: Ask = { ask: "load", tracks: tracks.slice(0, 1), at: 0, heard: heard(9) };
    expect(run(START, other).said).toEqual(["start song-1 after ask"]);
    const away: Ask = { ask: "load", tracks, at: 2, heard: heard(9) };
    expect(run(START, away).said.slice(1)).toEqual(["skip 1 at 9", "start song-3 after ask"]);
  });
  it("does nothing without songs", () => {
    expect(run({ ask: "resume" }, { ask: "over" })).toEqual({ queue: EMPTY_QUEUE, said: [] });
    expect(currentOf(EMPTY_QUEUE)).toBeNull();
    expect(nextOf(run(START).queue)?.songId).toBe(2);
  });
});

describe("tracks of a set", () => {
  const reasons = {
    heard: TARGET,
    valence_sd: 0.1,
    arousal_sd: 0.1,
    score: 0,
    parts: {},
    because: "because",
    alternatives: [],
  };
  const bridge = { from: TARGET, to: { valence: 0, arousal: 0 }, seconds: 40 };
  it("are the songs that are here, and the bridges", () => {
    const slots = [
      { start_s: 0, target: TARGET, song: { ...reasons, song: plain(1) } },
      { start_s: 9, target: TARGET, song: { ...reasons, song: plain(2, false) } },
      { start_s: 20, target: TARGET, bridge },
    ];
    const set = { felt: TARGET, strategy: "match", plan: [], slots };
    const made = tracksOf(set);
    expect(made.map(({ songId, bridge }) => [songId, bridge?.seconds ?? null])).toEqual([
      [1, null],
      [null, 40],
    ]);
    expect(new Set(made.map(({ key }) => key)).size).toBe(2);
  });
});

describe("loudness and fades", () => {
  it("brings loud songs down and never lifts quiet ones", () => {
    expect(replayGain(-12)).toBeCloseTo(0.501, 3);
    expect([replayGain(-18), replayGain(-30), replayGain(null)]).toEqual([1, 1, 1]);
  });
  it("fades with equal power", () => {
    for (const share of [0, 0.3, 0.5, 1]) {
      const { coming, going } = crossfade(share);
      expect(coming ** 2 + going ** 2).toBeCloseTo(1);
    }
    expect(crossfade(2).going).toBeCloseTo(0);
  });
  it("leaves short songs room", () => {
    expect([fadeFor(10, 200), fadeFor(10, 8), fadeFor(10, null)]).toEqual([10, 2, 0]);
  });
});
