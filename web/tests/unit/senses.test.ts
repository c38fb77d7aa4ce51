import { describe, expect, it } from "vitest";
import { FIRST_WISH, estimateOf, requestOf } from "../../src/model/wish";
import { partsOf } from "../../src/screen/feel/SpeechTimeline";
import { describeFelt, topLabels } from "../../src/screen/feel/words";
import { fit } from "../../src/senses/camera";
import { missing, refused } from "../../src/senses/help";
import { Resampler, levelOf, rmsOf, toInt16 } from "../../src/senses/pcm";
import { audioFrame, pictureFrame, readSenseMessage } from "../../src/senses/protocol";
import { remembered } from "../../src/senses/trail";
import { feltOf } from "../../src/senses/types";
import type { FaceAnswer, Felt } from "../../src/senses/types";
import { momentsOf, poolFaces } from "../../src/senses/video";
import { wavOf } from "../../src/senses/wav";

const sine = (hz: number, rateHz: number, seconds: number): Float32Array =>
  Float32Array.from({ length: Math.round(rateHz * seconds) }, (_, i) =>
    Math.sin((2 * Math.PI * hz * i) / rateHz),
  );

function resampled(input: Float32Array, fromHz: number, block: number): Float32Array {
  const resampler = new Resampler(fromHz);
  const out: number[] = [];
  for (let at = 0; at < input.length; at += block) {
    out.push(...resampler.push(input.subarray(at, at + block)));
  }
  return Float32Array.from(out);
}

const felt = (valence: number, arousal: number, sd = 0.2): Felt => ({
  valence,
  arousal,
  valence_sd: sd,
  arousal_sd: sd,
  correlation: 0,
  emotions: { happiness: 0.6, anger: 0.1, sadness: 0.05, calmness: 0.25 },
  labels: { happy: 0.7, neutral: 0.3 },
});

describe("sound for the speech model", () => {
  for (const rate of [16_000, 22_050, 32_000, 44_100, 48_000, 96_000]) {
    it(`a voice's pitch comes through from ${rate} Hz, whatever the blocks`, () => {
      const out = resampled(sine(440, rate, 0.5), rate, 128);
      expect(Math.abs(out.length - 8000)).toBeLessThan(40);
      const wanted = sine(440, 16_000, 0.5);
      let worst = 0;
      for (let i = 200; i < out.length - 200; i++) {
        worst = Math.max(worst, Math.abs((out[i] ?? 0) - (wanted[i] ?? 0)));
      }
      expect(worst).toBeLessThan(0.01);
      const other = resampled(sine(440, rate, 0.5), rate, 1013);
      const n = Math.min(out.length, other.length);
      expect([...out.subarray(0, n)]).toEqual([...other.subarray(0, n)]);
    });
  }
  it("what is too high for 16 kHz does not come back as another tone", () => {
    const out = resampled(sine(11_000, 48_000, 0.3), 48_000, 480);
    expect(rmsOf(out.subarray(200))).toBeLessThan(0.003);
  });
  it("clips instead of wrapping around", () => {
    expect([...toInt16(Float32Array.from([0, 1, -1, 3, -3]))]).toEqual([
      0, 32767, -32767, 32767, -32767,
    ]);
  });
  it("shows silence as nothing and a loud voice as full", () => {
    expect(levelOf(0)).toBe(0);
    expect(levelOf(0.5)).toBe(1);
    expect(levelOf(0.03)).toBeGreaterThan(0.4);
  });
  it("writes a WAV file of 16-bit mono", () => {
    const view = new DataView(wavOf([Int16Array.of(1, -2), Int16Array.of(3)], 16_000));
    const text = (at: number) =>
      String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
    expect([text(0), text(8), text(36)]).toEqual(["RIFF", "WAVE", "data"]);
    expect(view.byteLength).toBe(50);
    expect(view.getUint32(4, true)).toBe(42);
    expect(view.getUint32(24, true)).toBe(16_000);
    expect(view.getUint32(40, true)).toBe(6);
    expect([44, 46, 48].map((at) => view.getInt16(at, true))).toEqual([1, -2, 3]);
  });
});

describe("the continuous connection", () => {
  it("marks sound and pictures by their first byte", () => {
    expect([...audioFrame(Int16Array.of(1, -1))]).toEqual([1, 1, 0, 255, 255]);
    expect([...pictureFrame(Uint8Array.of(255, 216).buffer)]).toEqual([2, 255, 216]);
  });
  it("reads what it knows and nothing else", () => {
    expect(readSenseMessage('{"type":"error","code":"a","message":"b"}')?.type).toBe("error");
    for (const other of ["", "[]", "null", '{"type":"news"}', '{"type":1}']) {
      expect(readSenseMessage(other)).toBeNull();
    }
  });
});

describe("why a sensor is off", () => {
  it("an address without HTTPS is told with the way out", () => {
    const help = missing("face", { secure: false, devices: false, address: "http://house:7377" });
    expect(help?.message).toContain("camera");
    expect(help?.message).toContain("http://house:7377");
    expect(help?.hint).toMatch(/localhost.*certificate/s);
  });
  it("nothing is missing on a safe page", () =>
    expect(missing("voice", { secure: true, devices: true, address: "" })).toBeNull());
  it("every refusal has words and a way out", () => {
    const names = ["NotAllowedError", "NotFoundError", "NotReadableError", "OddError"];
    const words = names.map((name) => refused("voice", name));
    expect(new Set(words.map((help) => help.message)).size).toBe(names.length);
    for (const help of words) expect(help.hint.length).toBeGreaterThan(10);
  });
});

describe("what was understood", () => {
  it("is said in words, with how sure", () => {
    expect(describeFelt(felt(0.8, 0.5), "face")).toBe(
      "Your face looks joyful, with some calmness in it. I am fairly sure.",
    );
    const leaning = {
      ...felt(0.1, 0.1),
      emotions: { happiness: 0.2, anger: 0.6, sadness: 0.1, calmness: 0.1 },
    };
    expect(describeFelt(leaning, "voice")).toBe(
      "Your voice sounds balanced, leaning to anger. I am fairly sure.",
    );
    expect(describeFelt({ ...felt(0.8, 0.5), emotions: null }, "voice")).toBe(
      "Your voice sounds joyful. I am fairly sure.",
    );
  });
  it("keeps a neutral face among the labels, unlike neutral words", () => {
    expect(topLabels(felt(0, 0).labels, []).map(([label]) => label)).toEqual(["happy", "neutral"]);
    expect(topLabels(felt(0, 0).labels).map(([label]) => label)).toEqual(["happy"]);
  });
  it("is nothing where the model abstained", () => {
    expect(feltOf({ valence: null, arousal: null })).toBeNull();
    expect(feltOf({})).toBeNull();
    expect(feltOf({ valence: 0, arousal: 0 })).toMatchObject({ valence: 0, valence_sd: 0.5 });
  });
  it("leaves a trail of bounded length that does not grow while nothing moves", () => {
    let trail: Felt[] = [];
    for (let i = 0; i < 100; i++) trail = remembered(trail, felt(0.1, 0.1));
    expect(trail.length).toBeLessThan(4);
    for (let i = 0; i < 100; i++) trail = remembered(trail, felt(i / 100, 0));
    expect(trail.length).toBe(40);
    expect(trail.at(-1)?.valence).toBeCloseTo(0.99);
  });
  it("moves the point without words being sent", () => {
    const wish = {
      ...FIRST_WISH,
      text: "I am well",
      felt: felt(-0.5, 0.4),
      point: { valence: -0.5, arousal: 0.4 },
    };
    for (const pointedBy of ["voice", "face", "senses"] as const) {
      const request = requestOf({ ...wish, pointedBy });
      expect([request.text, request.valence, request.arousal]).toEqual([null, -0.5, 0.4]);
      expect(estimateOf({ ...wish, pointedBy })).toBe(wish.felt);
    }
    expect(estimateOf({ ...wish, pointedBy: "hand" })).toBeNull();
  });
});

describe("recordings and videos part by part", () => {
  const segment = (start_s: number, end_s: number, arousal: number | null) => ({
    start_s,
    end_s,
    valence: arousal,
    arousal,
  });
  it("draws overlapping windows one after the other", () => {
    const parts = partsOf([segment(0, 8, 0.5), segment(4, 12, -0.5), segment(8, 12, null)]);
    expect(parts.map(({ start, end }) => [start, end])).toEqual([
      [0, 4],
      [4, 8],
      [8, 12],
    ]);
    const heights = parts.map((part) => part.height);
    expect(heights[0]).toBeGreaterThan(heights[1] ?? 1);
    expect(heights[1]).toBeGreaterThan(heights[2] ?? 1);
  });
  it("looks at a video in the middles of equal parts", () => {
    expect(momentsOf(4)).toEqual([0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75]);
    expect(momentsOf(0.4)).toEqual([0.2]);
    expect(momentsOf(3600).length).toBe(8);
  });
  const face = (change: Partial<FaceAnswer>): FaceAnswer => ({
    ...felt(0.5, 0.1, 0.3),
    abstained: false,
    reason: null,
    question: null,
    senses_used: ["face"],
    faces: [],
    ...change,
  });
  const none = face({ valence: null, arousal: null, abstained: true, reason: "no face" });
  it("pools the pictures that show a face, and doubts more where they differ", () => {
    const pooled = poolFaces([none, face({ valence: 0.6 }), face({ valence: -0.2 })]);
    expect(pooled.abstained).toBe(false);
    expect(pooled.valence).toBeCloseTo(0.2);
    expect(pooled.valence_sd).toBeCloseTo(0.5);
    expect(pooled.arousal_sd).toBeCloseTo(0.3);
    expect(pooled.emotions?.happiness).toBeCloseTo(0.6);
  });
  it("abstains where no picture shows a face", () =>
    expect(poolFaces([none, none])).toMatchObject({ abstained: true, reason: "no face" }));
  it("makes pictures smaller, never larger", () => {
    expect(fit(1920, 1080, 640)).toEqual([640, 360]);
    expect(fit(320, 240, 640)).toEqual([320, 240]);
    expect(fit(0, 0, 640)).toEqual([1, 1]);
  });
});
