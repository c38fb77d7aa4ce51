import { describe, expect, it } from "vitest";
import { queryOf } from "../../src/api/client";
import type { Song } from "../../src/api/types";
import { viewOf } from "../../src/hooks/useView";
import { partBars, weightWords } from "../../src/model/parts";
import { fileName, locationOf, playlistText } from "../../src/model/playlist";
import { FIRST_SONG_WISH, recommendOf, sayQuadrants, songName } from "../../src/model/songs";
import { FIRST_WISH } from "../../src/model/wish";

const song = (id: number, more: Partial<Song> = {}): Song => ({
  id,
  title: `Song ${id}`,
  artist: "Somebody",
  playable: true,
  sources: ["files"],
  ...more,
});

describe("the view in the address", () => {
  it("is songs, music, or what it was", () => {
    expect(["#songs", "#music", "", "#feel-text"].map(viewOf)).toEqual([
      "songs",
      "music",
      "music",
      null,
    ]);
  });
});

describe("the request for songs", () => {
  const point = { valence: 0.5, arousal: -0.25 };
  const wish = { ...FIRST_WISH, point, pointedBy: "hand" as const };
  it("says the mood and the usual length", () => {
    expect(recommendOf(wish, FIRST_SONG_WISH)).toEqual({
      ...point,
      count: 10,
      mode: "all",
      bridges: false,
    });
  });
  it("leads step by step at a pace, in minutes", () => {
    const songWish = { ...FIRST_SONG_WISH, stepwise: true, by: "minutes" as const, minutes: 30 };
    const asked = recommendOf({ ...wish, strategy: "match" }, songWish);
    expect(asked).toMatchObject({ strategy: "iso", pace: "steady", minutes: 30 });
    expect(asked).not.toHaveProperty("count");
  });
  it("keeps the strategy focus, which a preset would replace", () => {
    const focused = { ...wish, strategy: "focus", preset: "study", focusMode: "calm" };
    expect(recommendOf(focused, FIRST_SONG_WISH)).toMatchObject({
      strategy: "focus",
      focus_mode: "calm",
    });
  });
  it("carries words where they count, and the goal", () => {
    const said = { ...wish, text: "so tired", pointedBy: "text" as const, strategy: "goal" };
    const asked = recommendOf(said, FIRST_SONG_WISH);
    expect(asked).toMatchObject({ text: "so tired", goal: FIRST_WISH.goal });
    expect(asked).not.toHaveProperty("valence");
  });
  it("goes on from a song, where that song is", () => {
    const from = song(7, { mood: { valence: -0.5, arousal: 0.5 } });
    expect(recommendOf(wish, FIRST_SONG_WISH, from)).toMatchObject({
      after: 7,
      valence: -0.5,
      arousal: 0.5,
    });
    expect(recommendOf(wish, FIRST_SONG_WISH, song(8))).toMatchObject({ after: 8, ...point });
  });
});

describe("words about songs", () => {
  it("names songs with and without artist", () => {
    expect([songName(song(1)), songName(song(2, { artist: "" }))]).toEqual([
      "Song 1 by Somebody",
      "Song 2",
    ]);
  });
  it("counts by quadrant", () => {
    expect(sayQuadrants({ happiness: 3, sadness: 1 })).toBe("3 lively, 0 tense, 1 low, 0 at ease");
  });
  it("asks the list for what is chosen only", () => {
    expect(queryOf({ text: "a&b", genre: "", playable: true, offset: 0 })).toBe(
      "?text=a%26b&playable=true&offset=0",
    );
    expect(queryOf({})).toBe("");
  });
});

describe("the parts of a score", () => {
  it("are bars to both sides of zero, in the usual order, on one scale", () => {
    const bars = partBars({ flow: -0.5, mood: -2, taste: 1, novelty: 0.02 });
    expect(bars.map(({ name, left, width }) => [name, left, width])).toEqual([
      ["mood", 0, 0.5],
      ["taste", 0.5, 0.25],
      ["flow", 0.375, 0.125],
      ["novelty", 0.5, 0.005],
    ]);
    expect(bars.map(({ words }) => words)).toEqual([
      "speaks strongly against it",
      "speaks for it",
      "speaks against it",
      "makes no difference",
    ]);
    expect(bars[3]?.label).toBe("Novelty");
  });
  it("are not blown up where all are small, and leave out what is no number", () => {
    expect(partBars({ mood: -0.2, taste: Number.NaN })).toMatchObject([{ width: 0.1 }]);
    expect(partBars({})).toEqual([]);
    expect(weightWords(0.2)).toBe("speaks a little for it");
  });
});

describe("playlists", () => {
  const songs = [
    song(1, { seconds: 61.4, album: "An <album> & more" }),
    song(2, { playable: false, link: "https://example.org/2", title: "Two\nlines" }),
    song(3, { playable: false }),
  ];
  const origin = "http://here";
  it("know where a song is", () => {
    expect(songs.map((one) => locationOf(one, origin))).toEqual([
      "http://here/api/v1/songs/1/audio",
      "https://example.org/2",
      null,
    ]);
  });
  it("are written as M3U8", () => {
    expect(playlistText("m3u8", "Calm", songs, origin).split("\n")).toEqual([
      "#EXTM3U",
      "#PLAYLIST:Calm",
      "#EXTINF:61,Somebody - Song 1",
      "http://here/api/v1/songs/1/audio",
      "#EXTINF:-1,Somebody - Two lines",
      "https://example.org/2",
      "# without sound or link: Somebody - Song 3",
      "",
    ]);
  });
  it("are written as JSPF", () => {
    const { playlist } = JSON.parse(playlistText("jspf", "Calm", songs, origin));
    expect(playlist.title).toBe("Calm");
    expect(playlist.track[0]).toEqual({
      title: "Song 1",
      creator: "Somebody",
      album: "An <album> & more",
      duration: 61_400,
      location: ["http://here/api/v1/songs/1/audio"],
    });
    expect(playlist.track[2]).toEqual({ title: "Song 3", creator: "Somebody" });
  });
  it("are written as XSPF, escaped", () => {
    const bell = song(4, { title: 'A "bell"\u0007' });
    const text = playlistText("xspf", "Calm & quiet", [...songs, bell], origin);
    expect(text).toContain("<title>Calm &amp; quiet</title>");
    expect(text).toContain("<album>An &lt;album&gt; &amp; more</album>");
    expect(text).toContain("<title>A &quot;bell&quot;</title>");
    expect(text.match(/<track>/g)).toHaveLength(4);
  });
  it("have names that every file system takes", () => {
    expect(fileName("lift: tired / calm?", "m3u8")).toBe("lift tired calm.m3u8");
    expect(fileName("…", "jspf")).toBe("songs.jspf");
  });
});
