/** Plays songs of the library: the queue, the sound, and what is told to the server about them. */

import { ApiError, api, songAddress } from "../api/client";
import { withToken } from "../api/token";
import type { Piece } from "../api/types";
import { Deck } from "../audio/deck";
import { EMPTY_QUEUE, currentOf, nextOf, replayGain, step } from "../model/queue";
import type { Act, Ask, Heard, Queue, Track } from "../model/queue";

const CROSSFADE_KEY = "affetto.crossfade";
export const MOST_CROSSFADE_S = 10;

export interface SongPlayerState {
  queue: Queue;
  /** Seconds of overlap; 0 for none. */
  crossfade: number;
  /** Whether the current track is still being composed or fetched. */
  waiting: boolean;
  problem: ApiError | null;
}

/** A bridge that was heard is thrown away once nothing of it can sound any more. */
const BRIDGE_KEPT_MS = 20_000;

/** So many files in a row that cannot be played end the music. */
const MOST_FAILURES = 3;

function storedCrossfade(): number {
  try {
    const stored = Number(localStorage.getItem(CROSSFADE_KEY));
    return stored >= 0 && stored <= MOST_CROSSFADE_S ? stored : 0;
  } catch {
    return 0;
  }
}

export class SongPlayer {
  private readonly deck: Deck;
  private readonly listeners = new Set<() => void>();
  private state: SongPlayerState = {
    queue: EMPTY_QUEUE,
    crossfade: storedCrossfade(),
    waiting: false,
    problem: null,
  };
  /** Composed bridges by the key of their track. */
  private readonly pieces = new Map<string, Promise<Piece>>();
  private failures = 0;
  /** Rises with every start, so that late answers of earlier ones are dropped. */
  private era = 0;

  constructor() {
    this.deck = new Deck({
      over: () => this.happen({ ask: "over" }),
      nearEnd: () => void this.prepare(nextOf(this.state.queue)),
      sounding: () => {
        this.failures = 0;
      },
      failed: () => this.failed(),
      refused: () => this.happen({ ask: "pause" }),
    });
    this.deck.crossfade = this.state.crossfade;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): SongPlayerState => this.state;

  /** Plays a list from one of its tracks on. Must be called from a click or key press. */
  play(tracks: readonly Track[], at: number): void {
    this.failures = 0;
    this.set({ problem: null });
    this.happen({ ask: "load", tracks, at, heard: this.deck.heard() });
  }

  pause = (): void => this.happen({ ask: "pause" });
  resume = (): void => this.happen({ ask: "resume" });
  next = (): void => this.happen({ ask: "next", heard: this.deck.heard() });
  previous = (): void => this.happen({ ask: "previous", heard: this.deck.heard() });
  toggle = (): void => (this.state.queue.phase === "playing" ? this.pause() : this.resume());

  seek = (seconds: number): void => {
    this.deck.seek(seconds);
    this.set({});
  };

  heard = (): Heard => this.deck.heard();

  setVolume(volume: number): void {
    this.deck.setVolume(volume);
  }

  fadeTo(level: number, seconds: number): void {
    this.deck.fadeTo(level, seconds);
  }

  setCrossfade(seconds: number): void {
    this.deck.crossfade = seconds;
    this.set({ crossfade: seconds });
    try {
      localStorage.setItem(CROSSFADE_KEY, String(seconds));
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }

  dismissProblem(): void {
    this.set({ problem: null });
  }

  private happen(event: Ask): void {
    const [queue, acts] = step(this.state.queue, event);
    this.set({ queue });
    for (const act of acts) this.perform(act);
  }

  private perform(act: Act): void {
    switch (act.act) {
      case "start":
        return void this.start(act.track, act.after);
      case "hold":
        return this.deck.hold();
      case "resume":
        return this.deck.resume();
      case "rewind":
        this.deck.seek(0);
        return this.deck.resume();
      case "stop":
        this.set({ waiting: false });
        return this.deck.stop();
      case "tell": {
        const { songId, reaction, seconds, target } = act;
        const told = { reaction, at_seconds: seconds, target };
        // Music goes on whether or not the server could learn from it.
        return void api.songFeedback(songId, told).catch(() => undefined);
      }
    }
  }

  private async start(track: Track, after: "end" | "ask"): Promise<void> {
    const era = ++this.era;
    if (track.bridge) {
      // What was heard goes silent while the bridge is composed, unless it is ready.
      this.set({ waiting: true });
      if (after === "ask") this.deck.hold();
    }
    try {
      const address = await this.addressOf(track);
      if (era !== this.era) return;
      this.set({ waiting: false });
      this.deck.start(address, replayGain(track.loudness), after);
      if (this.state.queue.phase === "paused") this.deck.hold();
      window.setTimeout(() => this.tidy(), BRIDGE_KEPT_MS);
    } catch {
      if (era === this.era) this.failed();
    }
  }

  private async prepare(track: Track | null): Promise<void> {
    if (!track) return;
    try {
      const address = await this.addressOf(track);
      if (nextOf(this.state.queue)?.key === track.key) this.deck.prepare(address);
    } catch {
      // Met again, and told, when it is to be played.
      this.pieces.delete(track.key);
    }
  }

  /** Where the sound of a track is; a bridge is composed first. */
  private addressOf(track: Track): string | Promise<string> {
    const { bridge, songId } = track;
    if (!bridge) return withToken(songAddress(songId ?? 0));
    let piece = this.pieces.get(track.key);
    if (!piece) {
      const { valence, arousal } = bridge.from;
      const seconds = Math.round(bridge.seconds);
      const lead = { strategy: "goal", goal: bridge.to, pace: "quick" };
      piece = api.composePiece({ valence, arousal, seconds, ...lead });
      this.pieces.set(track.key, piece);
    }
    return piece.then((made) => withToken(made.files.mp3));
  }

  /** Throws away the bridges that are neither on nor next; they are no pieces of the listener's. */
  private tidy(): void {
    const { queue } = this.state;
    const wanted = [currentOf(queue)?.key, nextOf(queue)?.key];
    for (const [key, piece] of this.pieces) {
      if (wanted.includes(key)) continue;
      this.pieces.delete(key);
      // One that cannot be thrown away is thrown away by the server when others come.
      piece.then((made) => api.removePiece(made.id)).catch(() => undefined);
    }
  }

  private failed(): void {
    const track = currentOf(this.state.queue);
    if (!track) return;
    this.pieces.delete(track.key);
    this.failures++;
    const message = `${track.title} cannot be played`;
    const hint = "Its file may be gone, or of a kind that this browser does not play.";
    this.set({ problem: new ApiError(0, "unplayable", message, hint, null), waiting: false });
    if (this.failures >= MOST_FAILURES) this.happen({ ask: "pause" });
    else this.happen({ ask: "failed" });
  }

  private set(change: Partial<SongPlayerState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
