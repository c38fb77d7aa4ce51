/** Plays a station: packets → WebCodecs → AudioWorklet, or an MP3 stream where that is missing. */

import { SAMPLE_RATE } from "../api/frames";
import type { LiveMessage } from "../api/types";
import { LiveEdge } from "./edge";
import type { FromStream, ToStream } from "./stream.worker";
import type { Report } from "./worklet";
import workletUrl from "./worklet?worker&url";

/** The MP3 stream begins with this much music, so that players start at once. */
const MP3_BURST_S = 6;

/** A pause fades, because a sudden stop clicks. */
const FADE_OUT_MS = 40;

/** How the sound reaches the ear. */
export type Path = "worklet" | "mp3";

export interface PlayerEvents {
  message(message: LiveMessage): void;
  /** The connection ended without being asked to. */
  closed(): void;
  opened(): void;
  /** The sound began or stopped to flow. */
  flowing(flows: boolean): void;
}

export interface Addresses {
  live: string;
  mp3: string;
}

export interface PlayerStats {
  path: Path;
  underruns: number;
  jumps: number;
  /** How long ago live was what is heard now, in ms; `null` before the first sound. */
  behindLiveMs: number | null;
  /** Loudness of the last 43 ms before the volume control, full scale 1. */
  rms: number;
  bufferedMs: number;
  /** From the request to play to the first sample, in ms. */
  firstSoundMs: number | null;
}

const nowMs = (): number => performance.timeOrigin + performance.now();

export class Player {
  private readonly worker: Worker;
  private readonly edge = new LiveEdge();
  private building: Promise<void> | null = null;
  private context: AudioContext | null = null;
  private gain: GainNode | null = null;
  private fader: GainNode | null = null;
  private analyser: AnalyserNode | null = null;
  private node: AudioWorkletNode | null = null;
  private element: HTMLAudioElement | null = null;
  private elementStart: number | null = null;
  private report: Report | null = null;
  private path: Path = "worklet";
  private connected = false;
  /** What was heard last before a pause. */
  private frozen: number | null = null;
  private volume = 0.8;
  private askedAt = 0;
  private firstSoundMs: number | null = null;
  private addresses: Addresses | null = null;
  private meterData = new Float32Array(1024);

  constructor(private readonly events: PlayerEvents) {
    this.worker = new Worker(new URL("./stream.worker.ts", import.meta.url), { type: "module" });
    this.worker.onmessage = (event: MessageEvent<FromStream>) => this.take(event.data);
  }

  /** Makes the audio device ready; must be called from a click or key press. */
  async prepare(): Promise<void> {
    this.connected = true;
    this.askedAt = nowMs();
    this.firstSoundMs = null;
    if (typeof AudioWorkletNode === "undefined" || typeof AudioDecoder === "undefined") {
      this.path = "mp3";
    }
    if (this.path === "mp3") return;
    this.building ??= this.build();
    try {
      await this.building;
    } catch {
      this.path = "mp3";
      return;
    }
    await this.context?.resume();
    this.fadeTo(1, 0.05);
  }

  /** Builds the audio graph before it is needed, and leaves it asleep. */
  async warmUp(): Promise<void> {
    if (this.building || typeof AudioWorkletNode === "undefined") return;
    this.building = this.build();
    // A failure is met again, and handled, when music is asked for.
    await this.building.catch(() => undefined);
    if (this.askedAt === 0) await this.context?.suspend();
  }

  /** Connects to a station. */
  open(addresses: Addresses): void {
    this.addresses = addresses;
    this.connected = true;
    this.frozen = null;
    this.edge.clear();
    this.report = null;
    this.send({ kind: "open", url: addresses.live, decode: this.path === "worklet" });
    if (this.path === "mp3") this.openElement(addresses.mp3);
  }

  /** Ends the connection and the sound. */
  close(): void {
    this.frozen = this.heardPosition();
    this.connected = false;
    this.send({ kind: "close" });
    this.report = null;
    this.fadeTo(0, FADE_OUT_MS / 1000);
    window.setTimeout(() => {
      if (this.connected) return;
      this.node?.port.postMessage({ kind: "clear" });
      this.closeElement();
      void this.context?.suspend();
    }, 2 * FADE_OUT_MS);
  }

  setVolume(volume: number): void {
    this.volume = volume;
    // Loudness is heard about logarithmically; a square law feels even on a slider.
    const gain = volume * volume;
    if (this.gain && this.context) {
      this.gain.gain.setTargetAtTime(gain, this.context.currentTime, 0.03);
    }
    if (this.element) this.element.volume = gain;
  }

  /** Moves the fader, apart from the volume: 1 is open, 0 is closed. */
  fadeTo(level: number, seconds: number): void {
    if (this.fader && this.context) {
      const now = this.context.currentTime;
      this.fader.gain.cancelScheduledValues(now);
      this.fader.gain.setValueAtTime(this.fader.gain.value, now);
      this.fader.gain.linearRampToValueAtTime(level, now + seconds);
    }
    if (this.element) this.element.volume = this.volume * this.volume * level;
  }

  /** The position on the station's clock that is heard now, or was before the pause. */
  heardPosition(): number | null {
    if (!this.connected) return this.frozen;
    if (this.path === "mp3") {
      if (this.element === null || this.elementStart === null) return null;
      return this.elementStart + this.element.currentTime * SAMPLE_RATE;
    }
    if (!this.report || !this.context || !this.report.playing) return null;
    const since = this.context.currentTime - this.report.time;
    const latency = this.context.outputLatency || this.context.baseLatency || 0;
    return this.report.position + (since - latency) * SAMPLE_RATE;
  }

  /** Level after the volume control, 0..1, for a meter. */
  level(): number {
    if (!this.analyser) return this.element && !this.element.paused ? 0.4 : 0;
    this.analyser.getFloatTimeDomainData(this.meterData);
    let squares = 0;
    for (const sample of this.meterData) squares += sample * sample;
    const db = 20 * Math.log10(Math.sqrt(squares / this.meterData.length) + 1e-6);
    return Math.min(1, Math.max(0, (db + 54) / 54));
  }

  stats(): PlayerStats {
    const heard = this.heardPosition();
    const live = this.edge.at(nowMs());
    return {
      path: this.path,
      underruns: this.report?.underruns ?? 0,
      jumps: this.report?.jumps ?? 0,
      behindLiveMs: heard === null || live === null ? null : ((live - heard) / SAMPLE_RATE) * 1000,
      rms: this.report?.rms ?? this.level(),
      bufferedMs: ((this.report?.buffered ?? 0) / SAMPLE_RATE) * 1000,
      firstSoundMs: this.firstSoundMs,
    };
  }

  private send(message: ToStream, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  private async build(): Promise<void> {
    const context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: "interactive" });
    await context.audioWorklet.addModule(workletUrl);
    const node = new AudioWorkletNode(context, "affetto-station", {
      numberOfInputs: 0,
      outputChannelCount: [2],
    });
    const channel = new MessageChannel();
    node.port.postMessage({ kind: "feed", port: channel.port1 }, [channel.port1]);
    this.send({ kind: "feed", port: channel.port2 }, [channel.port2]);
    node.port.onmessage = (event: MessageEvent<Report>) => this.heard(event.data);
    const fader = context.createGain();
    const gain = context.createGain();
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    gain.gain.value = this.volume * this.volume;
    node.connect(fader).connect(gain).connect(analyser).connect(context.destination);
    Object.assign(this, { context, node, fader, gain, analyser });
  }

  private heard(report: Report): void {
    if (!this.connected) return;
    const flowed = this.report?.playing ?? false;
    this.report = report;
    if (report.playing && this.firstSoundMs === null) this.firstSoundMs = nowMs() - this.askedAt;
    if (report.playing !== flowed) this.events.flowing(report.playing);
  }

  private take(message: FromStream): void {
    switch (message.kind) {
      case "opened":
        return this.events.opened();
      case "message":
        return this.events.message(message.message);
      case "edge":
        return this.edge.arrived(message.positionEnd, message.atMs);
      case "closed":
        return this.events.closed();
      case "unsupported":
        this.path = "mp3";
        if (this.addresses) this.open(this.addresses);
    }
  }

  private openElement(url: string): void {
    this.closeElement();
    const element = new Audio(url);
    this.element = element;
    this.setVolume(this.volume);
    element.onplaying = () => {
      const live = this.edge.at(nowMs());
      if (this.element !== element || live === null) return;
      this.elementStart = live - (MP3_BURST_S + element.currentTime) * SAMPLE_RATE;
      this.firstSoundMs ??= nowMs() - this.askedAt;
      this.events.flowing(true);
    };
    element.onwaiting = () => this.events.flowing(false);
    void element.play().catch(() => this.events.flowing(false));
  }

  private closeElement(): void {
    const element = this.element;
    this.element = null;
    this.elementStart = null;
    if (!element) return;
    element.pause();
    element.removeAttribute("src");
    element.load();
  }
}
