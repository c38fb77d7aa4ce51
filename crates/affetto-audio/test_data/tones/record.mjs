// Records half a second of 440 Hz as a browser does: node record.mjs (needs chromium and
// playwright-core from npm). MediaRecorder writes WebM as it goes: segment and clusters of unknown
// size, no cues, no duration.
import { writeFileSync } from "node:fs";
import { chromium } from "playwright-core";

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
});
const page = await browser.newPage();
const bytes = await page.evaluate(async () => {
  const context = new AudioContext({ sampleRate: 48_000 });
  const tone = new OscillatorNode(context, { frequency: 440 });
  const quieter = new GainNode(context, { gain: 0.4 });
  const sink = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  tone.connect(quieter).connect(sink);
  tone.start();
  await new Promise((done) => setTimeout(done, 300));
  const recorder = new MediaRecorder(sink.stream, {
    mimeType: "audio/webm;codecs=opus",
    audioBitsPerSecond: 24_000,
  });
  const chunks = [];
  recorder.ondataavailable = (event) => chunks.push(event.data);
  const stopped = new Promise((done) => (recorder.onstop = done));
  recorder.start(200);
  await new Promise((done) => setTimeout(done, 900));
  recorder.stop();
  await stopped;
  return Array.from(new Uint8Array(await new Blob(chunks).arrayBuffer()));
});
await browser.close();
writeFileSync("tone_browser.webm", Uint8Array.from(bytes));
