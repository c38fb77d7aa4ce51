/**
 * What is sensed: microphone and camera, recordings, photos and the continuous connection.
 * Sensors are off until the listener switches them on; sound and pictures live in memory only,
 * and only until they are sent to the listener's own server.
 */

import { ApiError, api } from "../api/client";
import type { Point } from "../api/types";
import { Camera } from "./camera";
import type { Captured } from "./capture.worklet";
import { missingHere, refused } from "./help";
import type { Help } from "./help";
import { SenseLink } from "./link";
import type { LinkState } from "./link";
import { Microphone } from "./microphone";
import { SPEECH_RATE_HZ } from "./pcm";
import { audioFrame, pictureFrame } from "./protocol";
import { remembered } from "./trail";
import type {
  FaceAnswer,
  Felt,
  FusedNow,
  Question,
  Segment,
  SenseMessage,
  SenseName,
  SensedNow,
  SpeechAnswer,
} from "./types";
import { feltOf } from "./types";
import { poolFaces, sampleVideo } from "./video";
import { wavOf } from "./wav";

/** Pictures a second at most; the next one waits for the answer to the last. */
const PICTURE_EVERY_MS = 250;

/** An answer that has not come by then is not waited for any longer. */
const ANSWER_LIMIT_MS = 2000;

/** Parts of what was said that are shown while listening continuously. */
const MOST_PARTS = 24;

/** How long a question of the continuous senses waits for its answer. */
const QUESTION_STAYS_MS = 20_000;

const DIAL_EVERY_MS = 150;

/** The point on the plane follows the senses no more often; music follows far more slowly. */
const FUSED_EVERY_MS = 400;

/** A recording ends by itself then. */
export const LONGEST_RECORDING_S = 60;

export type SensorState = "off" | "asking" | "on" | "paused";

export interface SensorView {
  sensor: SensorState;
  /** Whether it drives the music all the time. */
  continuous: boolean;
  /** Whether an answer is awaited. */
  busy: boolean;
  /** Why it could not be switched on, or why something was not understood. */
  help: Help | null;
}

export interface SensingState {
  voice: SensorView & { recordingS: number | null; answer: SpeechAnswer | null };
  face: SensorView & { answer: FaceAnswer | null };
  link: LinkState;
  /** Last parts of what was said while listening continuously, oldest first. */
  heardParts: readonly Segment[];
  /** Where the fused estimate went, oldest first. */
  trail: readonly Felt[];
  fused: Felt | null;
  question: Question | null;
  /** False once the listener's own hand leads and the senses only advise. */
  leads: boolean;
}

const OFF: SensorView = { sensor: "off", continuous: false, busy: false, help: null };

const FIRST: SensingState = {
  voice: { ...OFF, recordingS: null, answer: null },
  face: { ...OFF, answer: null },
  link: "off",
  heardParts: [],
  trail: [],
  fused: null,
  question: null,
  leads: true,
};

export interface SensingEvents {
  /** A recording, photo or single look was understood. */
  understood(sense: SenseName, felt: Felt, answer: SpeechAnswer | FaceAnswer): void;
  /** The continuous senses say how the listener feels. */
  fused(felt: Felt): void;
}

export class Sensing {
  events: SensingEvents | null = null;
  private state = FIRST;
  private readonly listeners = new Set<() => void>();
  private readonly link: SenseLink;
  private readonly microphone: Microphone;
  private readonly camera: Camera;
  private recording: Int16Array[] | null = null;
  private level = 0;
  private pictureTimer: number | null = null;
  private pictureSentAt = 0;
  private station: string | null = null;
  /** Where the listener's own hand holds the point. */
  private dialed: Point | null = null;
  private dialTimer: number | null = null;
  private questionAt = 0;
  private fusedAt = 0;
  /** Rise with every switch, so that what was begun before it is dropped. */
  private readonly eras: Record<SenseName, number> = { voice: 0, face: 0 };
  /** Rise with every question, so that only the last one is answered. */
  private readonly asked: Record<SenseName, number> = { voice: 0, face: 0 };

  constructor() {
    this.link = new SenseLink({
      message: (message) => this.take(message),
      state: (link) => this.set({ link }),
    });
    this.microphone = new Microphone({
      captured: (block) => this.captured(block),
      lost: () => this.lost("voice"),
    });
    this.camera = new Camera(() => this.lost("face"));
    document.addEventListener("visibilitychange", () => void this.visible(!document.hidden));
    window.addEventListener("pagehide", () => this.allOff());
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): SensingState => this.state;

  /** Root mean square of the last 100 ms at the microphone, full scale 1. */
  microphoneLevel(): number {
    return this.level;
  }

  cameraView(): MediaStream | null {
    return this.camera.view;
  }

  /** Switches a sensor on. The browser asks the listener for leave. */
  async switchOn(sense: SenseName): Promise<boolean> {
    if (this.state[sense].sensor === "on") return true;
    if (this.state[sense].sensor === "asking") return false;
    const help = missingHere(sense);
    if (help) {
      this.view(sense, { help });
      return false;
    }
    const era = ++this.eras[sense];
    this.view(sense, { sensor: "asking", help: null });
    const device = sense === "voice" ? this.microphone : this.camera;
    try {
      await device.open();
    } catch (error) {
      if (era !== this.eras[sense]) return false;
      const name = error instanceof Error ? error.name : "";
      this.view(sense, { sensor: "off", continuous: false, help: refused(sense, name) });
      return false;
    }
    if (era !== this.eras[sense]) {
      // It was switched off again while the browser asked.
      device.close();
      return false;
    }
    this.view(sense, { sensor: "on" });
    return true;
  }

  switchOff(sense: SenseName): void {
    this.eras[sense]++;
    if (sense === "voice") {
      this.microphone.close();
      this.recording = null;
      this.level = 0;
      this.set({ voice: { ...this.state.voice, recordingS: null } });
    } else {
      this.camera.close();
    }
    this.view(sense, { sensor: "off", continuous: false, busy: false });
    this.relink();
  }

  allOff(): void {
    for (const sense of ["voice", "face"] as const) {
      if (this.state[sense].sensor !== "off") this.switchOff(sense);
    }
  }

  /** Lets a sense drive the music all the time, or ends that. */
  async setContinuous(sense: SenseName, continuous: boolean): Promise<void> {
    if (!continuous) {
      // A microphone that nobody needs any more is switched off; the camera keeps its mirror.
      if (sense === "voice") return this.switchOff(sense);
      this.view(sense, { continuous: false, busy: false });
      this.relink();
      return;
    }
    if (!(await this.switchOn(sense))) return;
    this.view(sense, { continuous: true, help: null });
    this.dialed = null;
    this.set({ leads: true });
    this.relink();
  }

  /** Tells which station plays, if any. */
  setStation(station: string | null): void {
    if (station === this.station) return;
    this.station = station;
    this.relink();
  }

  /** The listener's own hand leads; the senses only advise until they are let lead again. */
  dial(point: Point): void {
    this.dialed = { valence: point.valence, arousal: point.arousal };
    this.set({ leads: false, question: null });
    // A drag moves the point with every frame; the server needs to know it less often.
    this.dialTimer ??= window.setTimeout(() => {
      this.dialTimer = null;
      if (this.dialed) this.link.order({ type: "dial", ...this.dialed });
    }, DIAL_EVERY_MS);
  }

  /** The senses lead again. */
  release(): void {
    this.dialed = null;
    this.set({ leads: true });
    this.link.order({ type: "release" });
  }

  async record(): Promise<void> {
    if (!(await this.switchOn("voice"))) return;
    this.recording = [];
    this.set({ voice: { ...this.state.voice, recordingS: 0, help: null } });
  }

  /** Ends the recording and asks what is in it. */
  async finishRecording(): Promise<void> {
    const chunks = this.recording;
    if (!chunks) return;
    this.recording = null;
    this.set({ voice: { ...this.state.voice, recordingS: null } });
    if (!this.state.voice.continuous) this.switchOff("voice");
    await this.readSound(new Blob([wavOf(chunks, SPEECH_RATE_HZ)], { type: "audio/wav" }));
  }

  readSound(sound: Blob): Promise<void> {
    return this.ask("voice", () => api.senseSpeech(sound));
  }

  /** What the camera shows now. */
  async lookOnce(): Promise<void> {
    if (!(await this.switchOn("face"))) return;
    const picture = await this.camera.picture();
    if (picture) await this.readPicture(picture);
  }

  readPicture(picture: Blob): Promise<void> {
    return this.ask("face", () => api.senseFace(picture));
  }

  /** Looks at a few pictures of a video; the server does where this browser cannot play it. */
  readVideo(file: Blob): Promise<void> {
    return this.ask("face", async () => {
      const pictures = await sampleVideo(file);
      if (pictures.length === 0) return api.senseFace(file);
      const answers: FaceAnswer[] = [];
      for (const picture of pictures) answers.push(await api.senseFace(picture));
      return poolFaces(answers);
    });
  }

  /** Tells what was right instead, so that the sense is trusted accordingly from now on. */
  correct(sense: SenseName | "text", said: Felt, point: Point): void {
    const { valence, arousal, valence_sd, arousal_sd, correlation } = said;
    const sensed = { valence, arousal, valence_sd, arousal_sd, correlation };
    const truth = { valence: point.valence, arousal: point.arousal };
    // The listener's word counts here in any case; a server that is away learns nothing of it.
    api.correct({ sense, sensed, ...truth }).catch(() => undefined);
    this.set({ question: null });
  }

  private set(change: Partial<SensingState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  private view(sense: SenseName, change: Partial<SensorView>): void {
    this.set(
      sense === "voice"
        ? { voice: { ...this.state.voice, ...change } }
        : { face: { ...this.state.face, ...change } },
    );
  }

  private lost(sense: SenseName): void {
    this.switchOff(sense);
    this.view(sense, { help: refused(sense, "NotFoundError") });
  }

  private async ask(
    sense: SenseName,
    question: () => Promise<SpeechAnswer | FaceAnswer>,
  ): Promise<void> {
    const number = ++this.asked[sense];
    this.view(sense, { busy: true, help: null });
    try {
      const answer = await question();
      if (number !== this.asked[sense]) return;
      this.view(sense, { busy: false });
      this.understood(sense, answer);
      const felt = feltOf(answer);
      this.set({ question: answer.question ?? null });
      if (felt) this.events?.understood(sense, felt, answer);
    } catch (error) {
      if (number !== this.asked[sense]) return;
      this.view(sense, { busy: false, help: helpOf(error) });
    }
  }

  private understood(sense: SenseName, answer: SpeechAnswer | FaceAnswer): void {
    if (sense === "voice") {
      this.set({ voice: { ...this.state.voice, answer: answer as SpeechAnswer } });
    } else {
      this.set({ face: { ...this.state.face, answer: answer as FaceAnswer } });
    }
  }

  /** Connects, changes or ends the continuous connection, as the switches want it. */
  private relink(): void {
    const senses = (["voice", "face"] as const).filter((sense) => this.state[sense].continuous);
    if (senses.length === 0) {
      if (this.state.link !== "off") this.link.stop();
      this.set({ fused: null, trail: [], heardParts: [] });
    } else {
      const station = this.station ? { station: this.station } : {};
      this.link.start({ type: "start", senses, ...station });
    }
    this.schedulePictures(this.state.face.continuous);
  }

  private captured({ samples, rms }: Captured): void {
    this.level = rms;
    if (this.state.voice.continuous) this.link.send(audioFrame(samples));
    if (!this.recording) return;
    this.recording.push(samples);
    const seconds = Math.floor(this.recording.length / 10);
    if (seconds !== this.state.voice.recordingS) {
      this.set({ voice: { ...this.state.voice, recordingS: seconds } });
    }
    if (seconds >= LONGEST_RECORDING_S) void this.finishRecording();
  }

  private schedulePictures(wanted: boolean): void {
    if (!wanted && this.pictureTimer !== null) {
      window.clearInterval(this.pictureTimer);
      this.pictureTimer = null;
    }
    if (wanted && this.pictureTimer === null) {
      this.pictureTimer = window.setInterval(() => void this.sendPicture(), PICTURE_EVERY_MS);
    }
  }

  private async sendPicture(): Promise<void> {
    const { face, link } = this.state;
    if (face.sensor !== "on" || !face.continuous || link !== "on") return;
    const now = performance.now();
    if (face.busy && now - this.pictureSentAt < ANSWER_LIMIT_MS) return;
    this.pictureSentAt = now;
    const era = this.eras.face;
    const bytes = await (await this.camera.picture())?.arrayBuffer();
    if (!bytes || era !== this.eras.face) return;
    if (this.link.send(pictureFrame(bytes))) this.view("face", { busy: true });
  }

  private take(message: SenseMessage): void {
    switch (message.type) {
      case "started":
        // Its clock begins anew, and it knows nothing of the listener's hand.
        this.set({ heardParts: [] });
        this.view("face", { busy: false });
        if (this.dialed) this.link.order({ type: "dial", ...this.dialed });
        return;
      case "error":
        return this.explain(message.code, message.message);
      case "fused":
        return this.takeFused(message);
      case "sensed":
        if (message.sense === "voice") this.takeVoice(message);
        else this.takeFace(message);
    }
  }

  private takeFused(message: FusedNow): void {
    const felt = feltOf(message);
    if (!felt || message.held || this.dialed) return;
    this.pose(message.question ?? null);
    const now = performance.now();
    if (now - this.fusedAt < FUSED_EVERY_MS) return;
    this.fusedAt = now;
    this.set({ fused: felt, trail: remembered(this.state.trail, felt) });
    this.events?.fused(felt);
  }

  private takeVoice(message: SensedNow): void {
    if (!this.state.voice.continuous) return;
    const part = { ...message, start_s: message.start_s ?? 0, end_s: message.end_s ?? 0 };
    const heardParts = [...this.state.heardParts, part].slice(-MOST_PARTS);
    this.set({ heardParts });
    this.understood("voice", { ...message, segments: heardParts });
  }

  private takeFace(message: SensedNow): void {
    if (!this.state.face.continuous) return;
    this.view("face", { busy: false, help: null });
    this.understood("face", message);
  }

  /** A question stays until it is answered or outlived, so that nothing vanishes under a finger. */
  private pose(question: Question | null): void {
    const now = performance.now();
    if (question) this.questionAt = now;
    else if (now - this.questionAt < QUESTION_STAYS_MS) return;
    if (question !== this.state.question) this.set({ question });
  }

  /** A fault of the continuous connection is told where the listener looks. */
  private explain(code: string, message: string): void {
    // Said only to the page, which has done without the station already.
    if (code === "unknown_station") return;
    for (const sense of ["voice", "face"] as const) {
      if (this.state[sense].continuous) {
        this.view(sense, { help: { message, hint: "It goes on by itself as soon as it can." } });
      }
    }
  }

  /** Nobody looks into a camera whose page is hidden. */
  private async visible(visible: boolean): Promise<void> {
    const { sensor, continuous } = this.state.face;
    if (!visible && (sensor === "on" || sensor === "asking")) {
      this.eras.face++;
      this.camera.close();
      this.view("face", { sensor: "paused", busy: false });
    } else if (visible && sensor === "paused") {
      this.view("face", { sensor: "off" });
      if (await this.switchOn("face")) {
        this.view("face", { continuous });
        this.relink();
      }
    }
  }
}

function helpOf(error: unknown): Help {
  if (error instanceof ApiError) return { message: error.message, hint: error.hint ?? "" };
  return { message: error instanceof Error ? error.message : String(error), hint: "" };
}
