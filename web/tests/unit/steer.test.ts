import { describe, expect, it } from "vitest";
import { compareHeard, sayHeard } from "../../src/model/heard";
import { isMidi, primerWords, toBase64 } from "../../src/model/primer";
import { FIRST_WISH, requestOf } from "../../src/model/wish";

const at = (valence: number, arousal: number) => ({ valence, arousal });

describe("heard against asked", () => {
  it.each([
    [at(0.5, 0.5), at(0.45, 0.6), "as asked"],
    [at(0.5, 0.5), at(-0.2, 0.45), "sadder than asked"],
    [at(0, 0), at(0.5, 0), "happier than asked"],
    [at(0, 0.8), at(-0.3, -0.2), "calmer and sadder than asked"],
    [at(0, 0), at(0.15, 0.4), "more energetic and happier than asked"],
    [at(0, 0), at(0.16, 0.16), "happier and more energetic than asked"],
  ])("%o heard as %o is %s", (asked, heard, words) =>
    expect(compareHeard(asked, heard)).toBe(words),
  );
  it("is a sentence for screen readers", () => {
    expect(sayHeard(at(0.58, -0.62), at(0.08, -0.88))).toBe(
      "Asked for calm: valence +0.58, arousal −0.62. Heard sleepy: valence +0.08, arousal −0.88: " +
        "sadder and calmer than asked.",
    );
    expect(sayHeard(at(0, 0), null)).toMatch(/Nothing listened to it/);
  });
});

describe("a primer", () => {
  it("is told from other files", () => {
    const file = (name: string, type = "") => isMidi({ name, type });
    expect([
      file("a.MID"),
      file("a.midi"),
      file("a", "audio/midi"),
      file("a", "audio/x-midi"),
    ]).toEqual([true, true, true, true]);
    expect([file("a.mp3", "audio/mpeg"), file("mid.png")]).toEqual([false, false]);
  });
  it("is written in base64, however long", () => {
    expect(toBase64(new TextEncoder().encode("MThd"))).toBe("TVRoZA==");
    const long = new Uint8Array(100_000).fill(7);
    expect(atob(toBase64(long))).toHaveLength(100_000);
  });
  it("is said in words", () => {
    expect(primerWords({ bars: 1, notes: 8 })).toBe("1 bar, 8 notes");
  });
  it("is sent to the neural writer only", () => {
    const primer = { name: "a.mid", midi: "TVRoZA==", bars: 1, notes: 1 };
    const sent = (writer: string | null) => requestOf({ ...FIRST_WISH, primer, writer }).primer;
    expect([sent("neural"), sent("rules"), sent(null)]).toEqual(["TVRoZA==", null, null]);
  });
});
