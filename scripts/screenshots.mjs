/**
 * Takes the pictures of the page in docs/screenshots: `npm --prefix web run screenshots`, with
 * AFFETTO_BIN or AFFETTO_URL set as for the browser tests.
 */

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  Server,
  openPage,
  playUntilSound,
  startBrowser,
  wait,
} from "../web/tests/browser/harness.mjs";

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
];

async function picture(browser, url, shot) {
  const { context, page } = await openPage(browser, url, {
    colorScheme: shot.dark ? "dark" : "light",
    ...(shot.viewport
      ? { viewport: shot.viewport }
      : { viewport: { width: 1280, height: 880 } }),
    deviceScaleFactor: shot.deviceScaleFactor ?? 1,
  });
  await page.fill("textarea", shot.text);
  await page.waitForSelector(".uncertainty");
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
const browser = await startBrowser();
try {
  for (const shot of SHOTS) await picture(browser, server.url, shot);
} finally {
  await browser.close();
  await server.stop();
}
