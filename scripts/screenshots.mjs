/**
 * Takes the pictures of the page in docs/screenshots: `npm --prefix web run screenshots`, with
 * AFFETTO_BIN or AFFETTO_URL set as for the browser tests. Names of pictures as arguments take those only.
 */

import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Server,
  openPage,
  playUntilSound,
  startBrowser,
  wait,
} from "../web/tests/browser/harness.mjs";
import {
  PORTRAIT,
  asSeenByCamera,
  speakTo,
  writeY4m,
} from "../web/tests/browser/media.mjs";

const FOLDER = fileURLToPath(new URL("../docs/screenshots/", import.meta.url));

/** Seconds of music before a playing page is pictured, so that trails and bars have grown. */
const LISTEN_S = 24;

const SHOTS = [
  {
    name: "idle",
    text: "Long day. Tired, but a bit hopeful about tomorrow",
    play: false,
  },
  {
    name: "light",
    text: "What a wonderful morning, I could dance!",
    play: true,
  },
  {
    name: "dark",
    text: "Quiet evening, rain outside, a little melancholic",
    dark: true,
    play: true,
  },
  {
    name: "phone",
    text: "Nervous before my exam",
    play: true,
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
  },
  {
    name: "whole",
    text: "Relaxed and content",
    play: true,
    keep: true,
    fullPage: true,
  },
  { name: "speak", way: speak },
  { name: "show", way: show, play: true },
  { name: "show-dark", way: show, dark: true },
  {
    name: "show-phone",
    way: show,
    viewport: { width: 390, height: 844 },
  },
];

/** Records some seconds of the fake microphone. */
async function speak(page) {
  await page.click('.way:has-text("Speak")');
  await page.click(".record");
  await wait(14_000);
  await page.click("text=Stop and read it");
  await page.waitForSelector(".understood", { timeout: 60_000 });
  return ".way";
}

/** Looks into the fake camera all the time. */
async function show(page) {
  await page.click('.way:has-text("Show")');
  await page.click('[role="switch"]:has-text("Keep looking")');
  await page.waitForSelector(".understood", { timeout: 60_000 });
  await wait(3000);
  return ".way";
}

async function picture(browser, url, shot) {
  const { context, page } = await openPage(browser, url, {
    colorScheme: shot.dark ? "dark" : "light",
    ...(shot.viewport
      ? { viewport: shot.viewport }
      : { viewport: { width: 1280, height: 880 } }),
    deviceScaleFactor: shot.deviceScaleFactor ?? 1,
    permissions: ["camera", "microphone"],
  });
  if (shot.text) {
    await page.fill("textarea", shot.text);
    await page.waitForSelector(".uncertainty");
  }
  const top = shot.way ? await shot.way(page) : null;
  if (shot.play) {
    await playUntilSound(page);
    await wait(LISTEN_S * 1000);
  }
  if (shot.keep) {
    await page.click("#save");
    await page.click(".piece-tools button:nth-child(2)", { timeout: 30_000 });
    await page.waitForSelector('.lead-sheet[data-state="done"]', {
      timeout: 30_000,
    });
  }
  await page.evaluate(() => {
    document.activeElement?.blur();
    window.scrollTo(0, 0);
    // On the picture of the whole page the fixed player would stand in its middle.
  });
  if (top) {
    await page.$eval(top, (element) =>
      window.scrollTo(0, element.getBoundingClientRect().top - 80),
    );
  }
  if (shot.fullPage)
    await page.addStyleTag({
      content:
        ".dock { position: static; transform: none; margin: 30px auto; }",
    });
  await wait(900);
  await page.screenshot({
    path: `${FOLDER}${shot.name}.png`,
    fullPage: shot.fullPage ?? false,
  });
  await context.close();
}

mkdirSync(FOLDER, { recursive: true });
const server = new Server();
await server.start();
const folder = mkdtempSync(join(tmpdir(), "affetto-screenshots-"));
const [camera, microphone] = [join(folder, "face.y4m"), join(folder, "voice.wav")];
const plain = await startBrowser();
writeY4m(camera, [await asSeenByCamera(plain, PORTRAIT)], 10);
await plain.close();
const said =
  "What a lovely day it was. I met my oldest friend, and we laughed all afternoon.";
if (!speakTo(microphone, said)) console.log("no espeak-ng: a beep is pictured");
const browser = await startBrowser({ camera, microphone });
try {
  const only = process.argv.slice(2);
  for (const shot of SHOTS) {
    if (only.length === 0 || only.includes(shot.name))
      await picture(browser, server.url, shot);
  }
} finally {
  await browser.close();
  await server.stop();
}
