/** Starts the real server and a real browser for tests and screenshots, and ends both. */

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again until `ask` gives something truthy; fails with `what` after `limitMs`. */
export async function until(what, ask, limitMs = 30_000) {
  const end = Date.now() + limitMs;
  let last;
  for (;;) {
    last = await ask();
    if (last) return last;
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms in vain for: ${what}`);
    await wait(100);
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** The server under test: our own process, or one that AFFETTO_URL names. */
export class Server {
  /** `host` is where it listens, `env` is added to its environment, `flags` to its command. */
  constructor({ host = "127.0.0.1", env = {}, flags = [] } = {}) {
    this.host = host;
    this.flags = flags;
    // What it learns of its listener goes to a folder of this run.
    this.folder = mkdtempSync(join(tmpdir(), "affetto-browser-"));
    this.env = { ...process.env, AFFETTO_DATA: this.folder, ...env };
    this.url = process.env.AFFETTO_URL ?? null;
    this.own = this.url === null;
    this.child = null;
    this.log = "";
  }

  async start() {
    if (!this.own) return;
    const bin = process.env.AFFETTO_BIN;
    if (!bin || !existsSync(bin)) {
      throw new Error(
        `AFFETTO_BIN must name the built affetto program, but is ${bin ?? "not set"}; ` +
          "or set AFFETTO_URL to a server that runs",
      );
    }
    this.port ??= await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    const command = ["serve", "--listen", `${this.host}:${this.port}`, ...this.flags];
    const child = spawn(bin, command, {
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    const note = (chunk) => {
      this.log = (this.log + chunk).slice(-4000);
    };
    child.stdout.on("data", note);
    child.stderr.on("data", note);
    await until(
      "the server to answer /health",
      async () => {
        if (child.exitCode !== null) {
          throw new Error(`the server ended with ${child.exitCode}: ${this.log}`);
        }
        return fetch(`${this.url}/health`, { headers: this.headers() }).then(
          (answer) => answer.ok,
          () => false,
        );
      },
      60_000,
    );
  }

  headers() {
    const token = this.env.AFFETTO_TOKEN;
    return token ? { authorization: `Bearer ${token}` } : {};
  }

  async stop() {
    const child = this.child;
    this.child = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 8000);
    await ended;
    clearTimeout(late);
  }
}

/** Chromium takes pictures from a Y4M file and sound from a WAV file in place of real devices. */
const fakeDevices = ({ camera, microphone }) => [
  "--use-fake-device-for-media-stream",
  ...(camera ? [`--use-file-for-fake-video-capture=${camera}`] : []),
  ...(microphone ? [`--use-file-for-fake-audio-capture=${microphone}`] : []),
];

/** `devices` names the files of a fake camera and microphone. */
export async function startBrowser(devices = {}) {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`no browser at ${CHROMIUM}; install Debian's chromium or set CHROMIUM`);
  }
  const args = [...CHROMIUM_ARGS, ...fakeDevices(devices)];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

/** Opens the page ready for use, and collects what it complains about and asks for. */
export async function openPage(browser, url, { fakeClock, script, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    colorScheme: "light",
    ...options,
  });
  const page = await context.newPage();
  if (script) await page.addInitScript(script);
  if (fakeClock) await page.clock.install();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  await page.waitForSelector(".play:not([disabled])");
  return { context, page, complaints, requests };
}

export const stats = (page) => page.evaluate(() => ({ ...window.__affetto }));

/** Presses Play and waits until sound that is not silence flows. */
export async function playUntilSound(page) {
  await page.click(".play");
  await until("sound that is not silence", async () => (await stats(page)).rms > 0.002, 45_000);
}
