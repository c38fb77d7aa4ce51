/**
 * Listens for a long time and counts interruptions: `npm run soak -- 30` for 30 minutes, with
 * AFFETTO_BIN or AFFETTO_URL set. The mood changes every minute, as listeners do.
 */

import { Server, openPage, playUntilSound, startBrowser, stats, wait } from "./harness.mjs";

const minutes = Number(process.argv[2] ?? 30);
const server = new Server();
await server.start();
const browser = await startBrowser();
let failed = false;
try {
  const { page } = await openPage(browser, server.url);
  await playUntilSound(page);
  let worst = 0;
  for (let minute = 1; minute <= minutes; minute++) {
    const faces = await page.$$(".faces button");
    await faces[minute % faces.length].click();
    for (let second = 0; second < 60; second += 2) {
      await wait(2000);
      worst = Math.max(worst, (await stats(page)).behindLiveMs ?? 0);
    }
    const { underruns, jumps, behindLiveMs, rms, bars } = await stats(page);
    console.log(JSON.stringify({ minute, underruns, jumps, behindLiveMs, worst, rms, bars }));
    failed ||= underruns > 0;
  }
} finally {
  await browser.close();
  await server.stop();
}
process.exit(failed ? 1 : 0);
