/** The page in a real browser against the real server: from a mood to sound to a file. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { violations } from "./accessibility.mjs";
import { Server, openPage, playUntilSound, startBrowser, stats, until } from "./harness.mjs";

/** Generous, because other work may keep the machine busy. */
const LIMIT = { timeout: 180_000 };

const server = new Server();
let browser;

before(
  async () => {
    await server.start();
    browser = await startBrowser();
  },
  { timeout: 90_000 },
);

after(async () => {
  await browser?.close();
  await server.stop();
});

const open = (options) => openPage(browser, server.url, options);
const valueText = (page) => page.getAttribute(".handle.you", "aria-valuetext");
const bar = (page) => page.evaluate(() => window.__affetto.bar);

/** Distinct colours and a checksum of what a canvas shows. */
const picture = (page) =>
  page.evaluate(() => {
    const canvas = document.querySelector("canvas.roll");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const colors = new Set();
    let sum = 0;
    for (let i = 0; i < data.length; i += 4 * 37) {
      const color = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
      colors.add(color);
      sum = (sum * 31 + color) >>> 0;
    }
    return { colors: colors.size, sum };
  });

/** A WebSocket (RFC 6455) that says only that its station has ended, and why. */
function failingStation(reason) {
  const server = createServer();
  server.on("upgrade", (request, socket) => {
    const key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    const accept = createHash("sha1").update(key).digest("base64");
    const text = Buffer.from(JSON.stringify({ type: "end", reason }));
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.write(Buffer.concat([Buffer.from([0x81, text.length]), text]));
    socket.end(Buffer.from([0x88, 0x00]));
    socket.on("error", () => undefined);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const url = `http://127.0.0.1:${server.address().port}/live`;
      resolve({ url, close: () => server.close() });
    });
  });
}

async function startOf(page, address, bytes) {
  const answer = await page.request.get(new URL(address, server.url).toString());
  assert.equal(answer.status(), 200, address);
  return (await answer.body()).subarray(0, bytes);
}

describe("a mood becomes music", () => {
  let view;
  before(async () => {
    view = await open();
  });
  after(() => view.context.close());

  test("words move the point and show their uncertainty", LIMIT, async () => {
    const { page } = view;
    const first = await valueText(page);
    await page.fill("textarea", "I am so sad and tired, everything went wrong today");
    await page.waitForSelector(".uncertainty");
    await until("the point to move", async () => (await valueText(page)) !== first);
    assert.match(await valueText(page), /valence −/);
    assert.match(await page.textContent("#feel-estimate"), /That sounds .+ sure/);
  });

  test("Play makes sound that flows near live", LIMIT, async () => {
    const { page } = view;
    await playUntilSound(page);
    await until("chord and key", async () => (await page.textContent(".stage")).includes("bpm"));
    const near = await until(
      "less than 500 ms behind live",
      async () => {
        const now = await stats(page);
        return now.behindLiveMs !== null && now.behindLiveMs < 500 && now;
      },
      45_000,
    );
    assert.equal(near.path, "worklet");
    const media = await page.evaluate(() => ({
      state: navigator.mediaSession.playbackState,
      artist: navigator.mediaSession.metadata?.artist,
    }));
    assert.deepEqual(media, { state: "playing", artist: "Affetto" });
    console.log(
      `    first sound ${Math.round(near.firstSoundMs)} ms, ` +
        `behind live ${Math.round(near.behindLiveMs)} ms, underruns ${near.underruns}`,
    );
  });

  test("the piano roll is drawn and moves", LIMIT, async () => {
    const { page } = view;
    const first = await picture(page);
    assert.ok(first.colors > 8, `only ${first.colors} colours`);
    await until("the roll to move", async () => (await picture(page)).sum !== first.sum);
  });

  test("moving the point by keys changes what is heard and drawn", LIMIT, async () => {
    const { page } = view;
    const before = await until("a bar to be heard", () => bar(page), 30_000);
    await page.keyboard.press("Escape");
    await page.focus(".handle.you");
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowUp");
    }
    const changed = await until(
      "the asked mood to rise",
      async () => {
        const now = await bar(page);
        return now && now.asked.arousal > before.asked.arousal + 0.25 && now;
      },
      60_000,
    );
    const faster = changed.bpm > before.bpm + 1;
    const denser = changed.cues.density > before.cues.density + 0.02;
    assert.ok(faster || denser, JSON.stringify([before.cues, changed.cues]));
    await until(
      "the trail to be drawn",
      async () => (await page.$$(".trail.asked line")).length > 1,
    );
    await until("sound to go on", async () => (await stats(page)).rms > 0.002, 20_000);
  });

  test("pulling a cue by keys reaches the music", LIMIT, async () => {
    const { page } = view;
    const before = (await bar(page)).cues.layers;
    await page.focus('[data-cue="layers"] input');
    for (let i = 0; i < 16; i++) await page.keyboard.press("ArrowLeft");
    await until(
      "fewer players",
      async () => ((await bar(page))?.cues.layers ?? 9) < before - 0.05,
      40_000,
    );
    assert.match(await page.textContent('[data-cue="layers"]'), /you pulled it down/);
  });

  test("the last minutes are kept and every file is what it says", LIMIT, async () => {
    const { page } = view;
    await page.click("#save");
    await page.waitForSelector(".piece", { timeout: 30_000 });
    const starts = { mid: "MThd", musicxml: "<?xml", wav: "RIFF", flac: "fLaC", opus: "OggS" };
    for (const [kind, magic] of Object.entries(starts)) {
      const address = await page.getAttribute(`.piece [data-file="${kind}"]`, "href");
      const start = await startOf(page, address, 5);
      assert.equal(start.toString("latin1").slice(0, magic.length), magic, kind);
    }
  });

  test("the lead sheet is engraved in the page", LIMIT, async () => {
    const { page } = view;
    await page.click(".piece-tools button:nth-child(2)");
    await page.waitForSelector('.lead-sheet[data-state="done"]', { timeout: 40_000 });
    const marks = await page.$$eval(".paper svg path", (paths) => paths.length);
    assert.ok(marks > 40, `only ${marks} marks on the paper`);
  });

  test("a new piece is composed", LIMIT, async () => {
    const { page } = view;
    const newest = () => page.getAttribute('.piece [data-file="mid"]', "href");
    const before = await newest();
    await page.click("text=Compose a piece");
    await until("another piece", async () => (await newest()) !== before, 60_000);
  });

  test("nothing but the own server is ever asked", () => {
    const foreign = view.requests.filter(
      (address) => !address.startsWith(server.url) && !/^(blob|data):/.test(address),
    );
    assert.deepEqual(foreign, []);
  });

  test("the browser had nothing to complain about", () => {
    assert.deepEqual(view.complaints, []);
  });
});

describe("the listener steers", () => {
  let view;
  before(async () => {
    view = await open();
  });
  after(() => view.context.close());

  /** A melody as a MIDI file, composed by the server. */
  async function melody(page) {
    const address = (path) => new URL(path, server.url).toString();
    const made = await page.request.post(address("/api/v1/pieces"), {
      data: { bars: 2, texture: "mono", seed: 1 },
    });
    assert.equal(made.status(), 201);
    const file = await page.request.get(address((await made.json()).files.mid));
    return file.body();
  }

  test("feedback acts with the next bars and can be forgotten", LIMIT, async () => {
    const { page } = view;
    await playUntilSound(page);
    const before = await until("a bar to be heard", () => bar(page), 30_000);
    for (let i = 0; i < 2; i++) {
      await page.focus('[data-feedback="too-busy"]');
      await page.keyboard.press("Enter");
      await page.waitForSelector('[data-feedback="too-busy"][aria-disabled="false"]');
    }
    assert.match(await page.textContent("[data-testid=feedback-said]"), /Fewer notes/);
    await page.waitForSelector("[data-testid=preferences]:has-text('fewer notes')");
    await until(
      "fewer notes to be planned",
      async () => ((await bar(page))?.cues.density ?? 9) < before.cues.density - 0.1,
      40_000,
    );
    await page.click('[data-feedback="more-like-this"]');
    await until("the answer", async () =>
      (await page.textContent("[data-testid=feedback-said]")).includes("Plays this part again"),
    );
    const preferences = async () =>
      (await page.request.get(new URL("/api/v1/preferences", server.url).toString())).json();
    assert.ok((await preferences()).density < -0.1);
    await page.click("text=Forget what I like");
    await until("nothing to be known", async () => (await preferences()).density === 0);
  });

  test("what was heard is told against what was asked", LIMIT, async () => {
    const { page } = view;
    await until(
      "a comparison",
      async () => /asked/.test(await page.textContent("[data-testid=compared]")),
      40_000,
    );
    assert.match(await page.textContent(".now-compared"), /no independent judge/);
  });

  test("a dropped melody is continued in takes, of which one stays", LIMIT, async () => {
    const { page } = view;
    await page.click('.dock [aria-label="Pause"]');
    await page.setInputFiles(".primer input", {
      name: "broken.mid",
      mimeType: "audio/midi",
      buffer: Buffer.from("MThd, but not really"),
    });
    await page.waitForSelector('.primer [role="alert"]');
    const bytes = [...(await melody(page))];
    await page.evaluate((bytes) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new Uint8Array(bytes)], "tune.mid"));
      const drop = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
      document.body.dispatchEvent(drop);
    }, bytes);
    await page.waitForSelector(".primer-file:has-text('tune.mid')");
    assert.ok(await page.isChecked('.colours input[data-value="neural"]'));
    await page.check('.colours input[data-value="mono"]');
    await page.check('.keep fieldset:has-text("A new piece of") input[data-value="30"]');
    await page.check('.keep fieldset:has-text("Takes") input[data-value="2"]');
    const kept = (await page.$$(".piece")).length;
    await page.click("text=Compose a piece");
    await page.waitForSelector(".take:nth-child(2)", { timeout: 120_000 });
    const said = await page.getAttribute(".take:nth-child(2) svg", "aria-label");
    assert.match(said, /^Asked for .*Heard /);
    assert.deepEqual(await violations(page), []);
    await page.click('[data-take="2"]');
    await until("one piece more", async () => (await page.$$(".piece")).length === kept + 1);
    assert.equal((await page.$$(".take")).length, 0);
    await page.click('[aria-label="Remove tune.mid"]');
    await page.waitForSelector(".primer .file-drop");
  });

  test("the browser had nothing to complain about", () => {
    const refused = /status of 400/;
    assert.deepEqual(
      view.complaints.filter((complaint) => !refused.test(complaint)),
      [],
    );
  });
});

describe("without a mouse", () => {
  test("keys alone start, mute, pause and explain", LIMIT, async () => {
    const { context, page } = await open();
    await page.keyboard.press("Tab");
    assert.match(await page.evaluate(() => document.activeElement.textContent), /Skip to/);
    await page.keyboard.press("Enter");
    await page.keyboard.type("calm m evening");
    assert.equal(await page.inputValue("textarea"), "calm m evening", "typing is no shortcut");
    await page.keyboard.press("Enter");
    await until("sound", async () => (await stats(page)).rms > 0.002, 20_000);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("m");
    await page.waitForSelector('[aria-label="Mute"][aria-pressed="true"]');
    await page.keyboard.press(" ");
    await until("pause", async () => (await stats(page)).phase === "paused");
    await page.keyboard.press("?");
    await page.waitForSelector("dialog[open]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog:not([open])", { state: "attached" });
    await page.keyboard.press(" ");
    await until("playing on", async () => (await stats(page)).phase === "playing");
    await page.keyboard.press("f");
    const label = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    assert.match(label, /How you feel/);
    await context.close();
  });

  test("axe finds nothing, light and dark, idle and playing", { timeout: 240_000 }, async () => {
    for (const colorScheme of ["light", "dark"]) {
      const { context, page } = await open({ colorScheme, reducedMotion: "reduce" });
      await page.check('input[data-value="goal"]');
      assert.deepEqual(await violations(page), [], `${colorScheme}, idle`);
      await playUntilSound(page);
      await page.waitForSelector("[data-testid=chord]");
      assert.deepEqual(await violations(page), [], `${colorScheme}, playing`);
      await context.close();
    }
  });
});

describe("other screens and tastes", () => {
  test("phones need no sideways scrolling", LIMIT, async () => {
    for (const width of [320, 375, 420]) {
      const { context, page } = await open({
        viewport: { width, height: 740 },
        hasTouch: true,
        isMobile: true,
      });
      await playUntilSound(page);
      await page.waitForSelector("[data-testid=chord]");
      await page.click("details.colours summary");
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${wide} px wide on a screen of ${width}`);
      await context.close();
    }
  });

  test("reduced motion shows the roll bar by bar", LIMIT, async () => {
    const { context, page } = await open({ reducedMotion: "reduce" });
    await playUntilSound(page);
    await page.waitForSelector(".roll-still");
    const still = async () => {
      const first = { bar: (await bar(page))?.index, sum: (await picture(page)).sum };
      await page.waitForTimeout(250);
      const second = { bar: (await bar(page))?.index, sum: (await picture(page)).sum };
      return first.bar !== undefined && first.bar === second.bar && first.sum === second.sum;
    };
    await until("a bar that stands still", still);
    await context.close();
  });

  test("the sleep timer fades and pauses", LIMIT, async () => {
    const { context, page } = await open({ fakeClock: true });
    await playUntilSound(page);
    await page.selectOption(".sleep select", "5");
    await page.clock.fastForward(4 * 60_000);
    await until("a minute left", async () =>
      (await page.textContent(".sleep")).includes("1 min left"),
    );
    assert.equal((await stats(page)).phase, "playing");
    await page.clock.fastForward(61_000);
    await until("the pause", async () => (await stats(page)).phase === "paused");
    await context.close();
  });

  test("the chosen theme is kept", LIMIT, async () => {
    const { context, page } = await open();
    const ground = () => page.evaluate(() => document.documentElement.style.colorScheme);
    assert.equal(await ground(), "light");
    await page.click('[aria-label="Switch to the dark theme"]');
    assert.equal(await ground(), "dark");
    await page.reload();
    await page.waitForSelector(".play:not([disabled])");
    assert.equal(await ground(), "dark");
    await context.close();
  });
});

describe("when something is wrong", () => {
  test("a refused wish is told in plain words and Play stays", LIMIT, async () => {
    const { context, page } = await open();
    const error = {
      code: "busy",
      message: "all 8 stations are taken",
      hint: "end one",
      request_id: "r",
    };
    await page.route("**/api/v1/stations", (route) =>
      route.fulfill({ status: 409, json: { error } }),
    );
    await page.click(".play");
    const told = await page.textContent('.notice[role="alert"]');
    assert.match(told, /All 8 stations are taken\..*End one\./s);
    await page.unroute("**/api/v1/stations");
    await playUntilSound(page);
    assert.equal(await page.$('.notice[role="alert"]'), null);
    await context.close();
  });

  test("a station that fails at once says why, and is not asked for for ever", LIMIT, async (t) => {
    const failing = await failingStation("the station failed: no room for its instruments");
    t.after(() => failing.close());
    const { context, page } = await open();
    let created = 0;
    await page.route("**/api/v1/stations", async (route) => {
      created++;
      const answer = await route.fetch();
      const station = await answer.json();
      await route.fulfill({ status: 201, json: { ...station, live_url: failing.url } });
    });
    await page.route("**/api/v1/stations/*", (route) => route.fulfill({ status: 404, json: {} }));
    await page.click(".play");
    await page.waitForSelector('.notice[role="alert"]', { timeout: 30_000 });
    const told = await page.textContent('.notice[role="alert"]');
    assert.match(told, /The station failed: no room for its instruments\..*Press Play/s);
    assert.equal((await stats(page)).phase, "idle");
    assert.ok(created >= 1 && created <= 3, `${created} stations were asked for`);
    await page.unroute("**/api/v1/stations");
    await page.unroute("**/api/v1/stations/*");
    await playUntilSound(page);
    await context.close();
  });

  test("without WebCodecs the MP3 stream plays", LIMIT, async () => {
    const { context, page } = await open({ script: "delete window.AudioDecoder" });
    await page.click(".play");
    await until(
      "the stream and its bars",
      async () => {
        const now = await stats(page);
        return now.path === "mp3" && now.phase === "playing" && now.position !== null && now.bar;
      },
      40_000,
    );
    await context.close();
  });

  test("words of despair show where to find help, and music plays", LIMIT, async () => {
    const { context, page } = await open();
    await page.fill("textarea", "I want to kill myself, I cannot go on");
    await page.waitForSelector(".support li");
    await playUntilSound(page);
    assert.ok(await page.isVisible(".support"));
    await context.close();
  });

  test("a server for the whole house lets in who has the token", LIMIT, async (t) => {
    if (!server.own) return t.skip("needs a server of our own");
    const house = new Server({ host: "0.0.0.0", env: { AFFETTO_TOKEN: "open-sesame" } });
    await house.start();
    t.after(() => house.stop());
    const { context, page, complaints } = await openPage(
      browser,
      `${house.url}/?token=open-sesame`,
    );
    assert.ok(!page.url().includes("token"), "the token left the address bar");
    await playUntilSound(page);
    assert.deepEqual(complaints, []);
    await page.reload();
    await playUntilSound(page);
    await context.close();
  });

  test("a server that was away is found again", LIMIT, async (t) => {
    if (!server.own) return t.skip("the server is not ours to restart");
    const { context, page } = await open();
    await playUntilSound(page);
    await server.stop();
    await page.waitForSelector("text=Connecting again", { timeout: 20_000 });
    await server.start();
    await until(
      "sound after the restart",
      async () => {
        const now = await stats(page);
        return now.phase === "playing" && now.rms > 0.002;
      },
      40_000,
    );
    await context.close();
  });
});
