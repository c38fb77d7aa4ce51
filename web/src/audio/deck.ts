/**
 * Plays one sound file after the other on two media elements: the next one is fetched while one
 * plays, so that they join without a gap, or overlap where a crossfade is wanted.
 */

import { crossfade, fadeFor } from "../model/queue";
import type { Heard } from "../model/queue";

/** The next file is fetched when so many seconds are left. */
const FETCH_AHEAD_S = 30;

/** Time between two steps of a fade. */
const FADE_STEP_MS = 40;

/** Without a crossfade the next file is started this long before the end, as starting takes time. */
const START_AHEAD_S = 0.03;

/** The last moments of a file may sound so long into the next one. */
const LET_END_MS = 250;

/** The end is waited for by a clock from here on; the element itself tells the time too seldom. */
const WATCH_S = 0.7;

export interface DeckEvents {
  /** The playing file comes to its end; another one may start now. */
  over(): void;
  /** The end is near enough to fetch the next one. */
  nearEnd(): void;
  /** Sound begins to flow. */
  sounding(): void;
  /** The file cannot be played. */
  failed(): void;
  /** The browser wants a click first. */
  refused(): void;
}

class Side {
  readonly element = new Audio();
  address: string | null = null;
  /** Factor for its loudness. */
  gain = 1;
  /** Place within a fade. */
  level = 1;

  /** Fetches a file, unless it is there already. */
  fetch(address: string): void {
    if (this.address === address && !this.element.error) return;
    this.address = address;
    this.element.preload = "auto";
    this.element.src = address;
  }

  clear(): void {
    this.element.pause();
    if (this.address === null) return;
    this.address = null;
    this.element.removeAttribute("src");
    this.element.load();
  }
}

export class Deck {
  private readonly sides: [Side, Side] = [new Side(), new Side()];
  private active = 0;
  private volume = 0.8;
  /** Apart from the volume, for the sleep timer. */
  private master = 1;
  private fade: number | null = null;
  private masterFade: number | null = null;
  private watch: number | null = null;
  /** Whether the end of the playing file was told. */
  private told = false;
  private near = false;
  /** Seconds of overlap; 0 for none. */
  crossfade = 0;

  constructor(private readonly events: DeckEvents) {
    for (const side of this.sides) {
      side.element.addEventListener("timeupdate", () => this.isOn(side) && this.look());
      side.element.addEventListener("playing", () => this.isOn(side) && this.events.sounding());
      side.element.addEventListener("ended", () => this.isOn(side) && this.over());
      side.element.addEventListener("error", () => {
        if (this.isOn(side) && side.address !== null) this.events.failed();
      });
    }
  }

  /** Plays a file from its beginning. `after` tells whether the one before came to its end. */
  start(address: string, gain: number, after: "end" | "ask"): void {
    const going = this.on;
    this.endFade();
    this.active = 1 - this.active;
    const coming = this.on;
    coming.fetch(address);
    coming.gain = gain;
    coming.element.currentTime = 0;
    this.told = false;
    this.near = false;
    const overlap = after === "end" && !going.element.paused ? this.overlapOf(going) : 0;
    if (overlap > 0) this.fadeOver(going, coming, overlap);
    else {
      coming.level = 1;
      if (after === "ask") going.clear();
      else this.letEnd(going);
    }
    this.apply();
    this.play();
  }

  /** Empties a side after the last moments of its file, unless it was given another one. */
  private letEnd(going: Side): void {
    const { address } = going;
    window.setTimeout(() => {
      if (going !== this.on && going.address === address) going.clear();
    }, LET_END_MS);
  }

  /** Fetches the file that comes next. */
  prepare(address: string): void {
    if (this.fade === null) this.off.fetch(address);
  }

  hold(): void {
    this.endFade();
    this.on.element.pause();
  }

  resume(): void {
    this.told = false;
    this.play();
  }

  stop(): void {
    this.endFade();
    this.off.clear();
    this.on.element.pause();
    // Ready to be played again from its beginning.
    if (this.on.address !== null) this.on.element.currentTime = 0;
  }

  seek(seconds: number): void {
    const { element } = this.on;
    if (Number.isFinite(seconds)) element.currentTime = Math.max(0, seconds);
    this.told = false;
  }

  heard(): Heard {
    const { currentTime, duration } = this.on.element;
    return { seconds: currentTime, duration: Number.isFinite(duration) ? duration : null };
  }

  setVolume(volume: number): void {
    this.volume = volume;
    this.apply();
  }

  /** Moves the level of everything, apart from the volume. */
  fadeTo(level: number, seconds: number): void {
    if (this.masterFade !== null) window.clearInterval(this.masterFade);
    const from = this.master;
    const began = performance.now();
    this.masterFade = window.setInterval(() => {
      const share = Math.min(1, (performance.now() - began) / Math.max(1, seconds * 1000));
      this.master = from + (level - from) * share;
      this.apply();
      if (share >= 1 && this.masterFade !== null) window.clearInterval(this.masterFade);
    }, FADE_STEP_MS);
  }

  private get on(): Side {
    return this.sides[this.active] as Side;
  }

  private get off(): Side {
    return this.sides[1 - this.active] as Side;
  }

  private isOn(side: Side): boolean {
    return side === this.on;
  }

  private play(): void {
    void this.on.element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") this.events.refused();
    });
  }

  private overlapOf(side: Side): number {
    const { duration } = side.element;
    return fadeFor(this.crossfade, Number.isFinite(duration) ? duration : null);
  }

  /** Looks whether the end is near. */
  private look(): void {
    const { seconds, duration } = this.heard();
    if (duration === null || this.on.element.paused) return;
    const left = duration - seconds;
    const overlap = this.overlapOf(this.on);
    if (!this.near && left <= FETCH_AHEAD_S + overlap) {
      this.near = true;
      this.events.nearEnd();
    }
    const until = left - (overlap || START_AHEAD_S);
    if (until <= 0) this.over();
    else if (until <= WATCH_S) {
      if (this.watch !== null) window.clearTimeout(this.watch);
      this.watch = window.setTimeout(() => this.look(), until * 1000);
    }
  }

  private over(): void {
    if (this.told) return;
    this.told = true;
    this.events.over();
  }

  private fadeOver(going: Side, coming: Side, seconds: number): void {
    let began: number | null = null;
    coming.level = 0;
    this.fade = window.setInterval(() => {
      // The one that goes stays until the other can be heard.
      if (coming.element.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA)
        began ??= performance.now();
      if (began === null && !going.element.ended) return;
      const share = began === null ? 1 : (performance.now() - began) / (seconds * 1000);
      const levels = crossfade(share);
      coming.level = levels.coming;
      going.level = levels.going;
      if (share >= 1 || going.element.ended) this.endFade();
      else this.apply();
    }, FADE_STEP_MS);
  }

  /** The song that comes is heard alone from now on. */
  private endFade(): void {
    if (this.watch !== null) window.clearTimeout(this.watch);
    if (this.fade === null) return;
    window.clearInterval(this.fade);
    this.fade = null;
    this.on.level = 1;
    this.off.level = 1;
    this.off.clear();
    this.apply();
  }

  private apply(): void {
    // Loudness is heard about logarithmically; a square law feels even on a slider.
    const common = this.volume * this.volume * this.master;
    for (const side of this.sides) {
      side.element.volume = Math.max(0, Math.min(1, common * side.gain * side.level));
    }
  }
}
