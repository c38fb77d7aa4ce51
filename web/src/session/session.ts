/** One listening session: the station on the server, the player here, and their recovery. */

import { ApiError, api } from "../api/client";
import type { LiveMessage } from "../api/types";
import { withToken } from "../api/token";
import type { Station } from "../api/types";
import { Player } from "../audio/player";
import type { PlayerStats } from "../audio/player";
import { Timeline } from "../model/timeline";
import { changes, compact, newSeed } from "../model/wish";
import type { FullRequest } from "../model/wish";
import { backoffMs } from "./backoff";

export type Phase = "idle" | "starting" | "playing" | "paused" | "reconnecting";

export interface SessionState {
  phase: Phase;
  station: Station | null;
  /** Whether sound flows right now. */
  flowing: boolean;
  /** What went wrong last, until something goes right. */
  problem: ApiError | null;
  /** Changes whenever bars were added, so that views redraw. */
  barsSeen: number;
}

/** After so many stations in a row that gave no music, the reason is told and Play waits. */
const FAILURES_UNTIL_TOLD = 2;

const absolute = (path: string): string => new URL(path, window.location.href).toString();
const socketAddress = (path: string): string => absolute(withToken(path)).replace(/^http/, "ws");

export class Session {
  readonly timeline = new Timeline();
  private readonly player: Player;
  private readonly listeners = new Set<() => void>();
  private state: SessionState = {
    phase: "idle",
    station: null,
    flowing: false,
    problem: null,
    barsSeen: 0,
  };
  private sent: FullRequest | null = null;
  private attempt = 0;
  /** Ends of stations in a row that gave no music. */
  private failures = 0;
  private retry: number | null = null;
  /** Rises with every start and stop, so that late answers of earlier ones are dropped. */
  private era = 0;
  private changeNumber = 0;

  constructor() {
    this.player = new Player({
      message: (message) => this.take(message),
      opened: () => {
        this.attempt = 0;
        this.set({ phase: "playing", problem: null });
      },
      closed: () => this.recover(null),
      flowing: (flowing) => this.set({ flowing }),
    });
    // A page that is gone for good needs no station; one in the back-forward cache may return.
    window.addEventListener("pagehide", (event) => {
      if (!event.persisted) this.drop(this.state.station);
    });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): SessionState => this.state;

  /** Starts a new station. Must be called from a click or key press. */
  async play(request: FullRequest): Promise<void> {
    const era = this.begin("starting");
    const earlier = this.state.station;
    await this.create({ ...request, seed: newSeed() }, era, this.player.prepare());
    // The station before is no longer heard by this page.
    if (earlier?.id !== this.state.station?.id) this.drop(earlier);
  }

  /** Silence; the station stays for a while and goes on when the listener returns. */
  pause(): void {
    this.begin("paused");
    this.player.close();
    this.set({ flowing: false });
  }

  /** Returns to the paused station, or starts a new one where that has ended. */
  async resume(): Promise<void> {
    const era = this.begin("starting");
    await this.reopen(era, this.player.prepare());
  }

  /** Whether the station was told something else than this. */
  differs(request: FullRequest): boolean {
    const { sent } = this;
    return sent !== null && Object.keys(changes(sent, { ...request, seed: sent.seed })).length > 0;
  }

  /** Notes where the continuous senses have steered the station, which the server did by itself. */
  steered(request: FullRequest): void {
    if (!this.sent) return;
    const { text, valence, arousal } = request;
    this.sent = { ...this.sent, text, valence, arousal };
  }

  /** Tells the station what changed. */
  async change(request: FullRequest): Promise<void> {
    const station = this.state.station;
    const before = this.sent;
    if (!station || !before) return;
    const next = { ...request, seed: before.seed };
    const change = changes(before, next);
    if (Object.keys(change).length === 0) return;
    this.sent = next;
    const number = ++this.changeNumber;
    try {
      const changed = await api.changeStation(station.id, change);
      if (number === this.changeNumber && this.state.station?.id === station.id) {
        this.set({ station: changed, problem: null });
      }
    } catch (error) {
      if (number !== this.changeNumber) return;
      const problem = asProblem(error);
      // The station is asked again for what it did not take.
      this.sent = before;
      if (problem.status === 404 && this.state.phase === "playing") this.recover(problem);
      else this.set({ problem });
    }
  }

  /** Says what is wrong with the music that plays, or right. */
  async feedback(name: string): Promise<void> {
    const station = this.state.station;
    if (!station) return;
    const steered = await api.feedback(station.id, name);
    if (this.state.station?.id === station.id) this.set({ station: steered });
  }

  /** Builds the audio graph ahead of time; must be called from a click or key press. */
  warmUp(): void {
    void this.player.warmUp();
  }

  dismissProblem(): void {
    this.set({ problem: null });
  }

  setVolume(volume: number): void {
    this.player.setVolume(volume);
  }

  fadeTo(level: number, seconds: number): void {
    this.player.fadeTo(level, seconds);
  }

  heardPosition(): number | null {
    return this.player.heardPosition();
  }

  level(): number {
    return this.player.level();
  }

  stats(): PlayerStats {
    return this.player.stats();
  }

  private set(change: Partial<SessionState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  private drop(station: Station | null): void {
    // Where this fails the server ends the station by itself, later.
    if (station) void api.removeStation(station.id).catch(() => undefined);
  }

  private begin(phase: Phase): number {
    if (this.retry !== null) window.clearTimeout(this.retry);
    this.retry = null;
    this.attempt = 0;
    this.set({ phase, problem: null });
    return ++this.era;
  }

  /** The device gets ready while the server composes the first bars. */
  private async create(request: FullRequest, era: number, device: Promise<void>): Promise<void> {
    this.sent = request;
    try {
      const station = await api.createStation(compact(request));
      await device;
      if (era !== this.era) return;
      this.timeline.clear();
      this.set({ station });
      this.open(station);
    } catch (error) {
      if (era === this.era) this.failed(asProblem(error));
    }
  }

  private async reopen(era: number, device: Promise<void> = Promise.resolve()): Promise<void> {
    const known = this.state.station;
    const request = this.sent;
    if (!request) return;
    if (!known) return this.create(request, era, device);
    try {
      const station = await api.station(known.id);
      await device;
      if (era !== this.era) return;
      if (!station.playing) return await this.create(request, era, device);
      this.set({ station });
      this.open(station);
    } catch (error) {
      if (era !== this.era) return;
      const problem = asProblem(error);
      // The server was started anew and has forgotten the station: the same wish again.
      if (problem.status === 404 || problem.status === 410) await this.create(request, era, device);
      else this.failed(problem);
    }
  }

  private open(station: Station): void {
    this.player.open({
      live: socketAddress(station.live_url),
      mp3: absolute(withToken(station.mp3_url)),
    });
  }

  /** A wish that the server refuses is shown; a server that is away is tried again. */
  private failed(problem: ApiError): void {
    const refused = problem.status >= 400 && problem.status < 500 && problem.status !== 429;
    if (refused) {
      this.player.close();
      this.set({ phase: this.state.station ? "paused" : "idle", problem, flowing: false });
    } else {
      this.recover(problem);
    }
  }

  private recover(problem: ApiError | null): void {
    const { phase } = this.state;
    if (phase === "paused" || phase === "idle") return;
    this.set({ phase: "reconnecting", flowing: false, ...(problem ? { problem } : {}) });
    if (this.retry !== null) window.clearTimeout(this.retry);
    const era = this.era;
    this.retry = window.setTimeout(() => {
      this.retry = null;
      if (era === this.era) void this.reopen(era);
    }, backoffMs(this.attempt++));
  }

  private take(message: LiveMessage): void {
    if (message.type === "bar") {
      this.failures = 0;
      this.timeline.add(message);
      this.set({ barsSeen: this.state.barsSeen + 1 });
    } else if (message.type === "state") {
      const { type: _type, ...station } = message;
      if (station.id === this.state.station?.id) this.set({ station });
    } else if (message.type === "end") {
      this.ended(message.reason);
    }
  }

  /** A station that ends is asked for again, unless it keeps ending before it gave any music. */
  private ended(reason: string): void {
    const problem = new ApiError(503, "station_ended", reason, null, null);
    if (++this.failures < FAILURES_UNTIL_TOLD) return this.recover(problem);
    this.failures = 0;
    this.begin("idle");
    this.player.close();
    const hint = "Press Play to try again; another genre or other players may work.";
    const told = new ApiError(503, "station_ended", reason, hint, null);
    this.set({ station: null, problem: told, flowing: false });
  }
}

function asProblem(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(400, "page", message, null, null);
}
