/** The calls of the HTTP API, as plain functions over the generated types. */

import { accessToken } from "./token";
import type {
  LibraryStatus,
  ProblemDetail,
  Options,
  Piece,
  PieceRequest,
  Primer,
  RecommendRequest,
  Recommended,
  RedoRequest,
  Sensed,
  Song,
  SongFeedbackRequest,
  SongMap,
  SongPage,
  Station,
  StationRequest,
} from "./types";
import type { Correction, FaceAnswer, SpeechAnswer } from "../senses/types";

/** What went wrong, in words that may be shown as they are. */
export class ApiError extends Error {
  constructor(
    /** HTTP status, 0 when the server did not answer. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null,
    readonly requestId: string | null,
  ) {
    super(message);
  }
}

const UNREACHABLE = new ApiError(
  0,
  "unreachable",
  "Affetto does not answer",
  "Is its server still running on this machine? The page keeps trying.",
  null,
);

const WORDS_BY_STATUS: Record<number, { message: string; hint: string }> = {
  401: {
    message: "This Affetto asks for an access token",
    hint: "Open the address that the server printed when it started; it contains the token.",
  },
  413: {
    message: "That is more than the server takes at once",
    hint: "Try something shorter or smaller.",
  },
  429: { message: "Too many requests at once", hint: "Wait a moment and try again." },
  503: { message: "The server is busy", hint: "Wait a moment and try again." },
};

/** Hints of the API speak to programmers; where a listener can do something else, say that. */
const HINTS_BY_CODE: Record<string, string> = {
  too_many_stations: "Close another page that plays Affetto, or wait until it has gone to sleep.",
  text_too_long: "Try it in fewer words.",
};

function problemOf(status: number, body: unknown): ApiError {
  const problem = (body as { error?: Partial<ProblemDetail> } | null)?.error;
  const words = WORDS_BY_STATUS[status];
  return new ApiError(
    status,
    problem?.code ?? "unknown",
    problem?.message ?? words?.message ?? `The server answered with status ${status}`,
    HINTS_BY_CODE[problem?.code ?? ""] ?? problem?.hint ?? words?.hint ?? null,
    problem?.request_id ?? null,
  );
}

interface CallOptions {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
  /** Lets the call finish after the page has gone. */
  keepalive?: true;
}

async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = {};
  const token = accessToken();
  if (token) headers["authorization"] = `Bearer ${token}`;
  const init: RequestInit = { method: options.method ?? "GET", headers };
  if (options.body instanceof Blob) {
    // The server looks at the bytes; what the browser believes them to be does not count.
    headers["content-type"] = "application/octet-stream";
    init.body = options.body;
  } else if (options.body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  if (options.signal) init.signal = options.signal;
  if (options.keepalive) init.keepalive = true;
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw UNREACHABLE;
  }
  if (response.status === 204) return undefined as T;
  const body: unknown = await response.json().catch(() => null);
  // An answer that was cut off in its middle is none.
  options.signal?.throwIfAborted();
  if (!response.ok) throw problemOf(response.status, body);
  return body as T;
}

const id = encodeURIComponent;

/** Which songs are listed; what is left out does not count. */
export interface SongQuery {
  text?: string;
  genre?: string;
  quadrant?: string;
  playable?: true;
  offset?: number;
  limit?: number;
}

/** The query as the end of an address, without what is empty. */
export function queryOf(query: SongQuery): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `?${text}` : "";
}

const signalled = (signal?: AbortSignal): CallOptions => (signal ? { signal } : {});

/** Where the sound of a song is, without the token. */
export const songAddress = (songId: number): string => `/api/v1/songs/${songId}/audio`;

export const api = {
  options: () => call<Options>("/options"),
  senseText: (text: string, signal?: AbortSignal) =>
    call<Sensed>("/sense/text", { method: "POST", body: { text }, ...(signal ? { signal } : {}) }),
  /** The bytes of a sound, in any format that the server decodes. */
  senseSpeech: (sound: Blob) =>
    call<SpeechAnswer>("/sense/speech", { method: "POST", body: sound }),
  /** The bytes of a picture or a short video. */
  senseFace: (picture: Blob) => call<FaceAnswer>("/sense/face", { method: "POST", body: picture }),
  /** Tells that a sense was wrong, and what is right. */
  correct: (correction: Correction) =>
    call<unknown>("/sense/correct", { method: "POST", body: correction }),
  createStation: (request: StationRequest) =>
    call<Station>("/stations", { method: "POST", body: request }),
  station: (stationId: string) => call<Station>(`/stations/${id(stationId)}`),
  changeStation: (stationId: string, change: StationRequest) =>
    call<Station>(`/stations/${id(stationId)}`, { method: "PATCH", body: change }),
  removeStation: (stationId: string) =>
    call<void>(`/stations/${id(stationId)}`, { method: "DELETE", keepalive: true }),
  /** Says what is wrong with the music that plays, or right. */
  feedback: (stationId: string, feedback: string) =>
    call<Station>(`/stations/${id(stationId)}/feedback`, { method: "POST", body: { feedback } }),
  /** Forgets what the listener likes. */
  forgetPreferences: () => call<void>("/preferences", { method: "DELETE" }),
  /** Whether a MIDI file can be continued. */
  checkPrimer: (midi: Blob) => call<Primer>("/primer", { method: "POST", body: midi }),
  saveStation: (stationId: string, minutes: number, title?: string) =>
    call<Piece>(`/stations/${id(stationId)}/save`, {
      method: "POST",
      body: { minutes, ...(title ? { title } : {}) },
    }),
  composePiece: (request: PieceRequest) =>
    call<Piece>("/pieces", { method: "POST", body: request }),
  /** Composes bars of a piece anew; the rest stays. */
  redoPiece: (pieceId: string, request: RedoRequest) =>
    call<Piece>(`/pieces/${id(pieceId)}/redo`, { method: "POST", body: request }),
  pieces: () => call<{ pieces: Piece[] }>("/pieces").then((answer) => answer.pieces),
  removePiece: (pieceId: string) => call<void>(`/pieces/${id(pieceId)}`, { method: "DELETE" }),
  /** What the library of songs holds. */
  library: (signal?: AbortSignal) => call<LibraryStatus>("/library", signalled(signal)),
  /** All songs that have a place on the plane. */
  libraryMap: (signal?: AbortSignal) => call<SongMap>("/library/map", signalled(signal)),
  songs: (query: SongQuery, signal?: AbortSignal) =>
    call<SongPage>(`/songs${queryOf(query)}`, signalled(signal)),
  song: (songId: number, signal?: AbortSignal) => call<Song>(`/songs/${songId}`, signalled(signal)),
  /** Songs for a mood. */
  recommend: (request: RecommendRequest, signal?: AbortSignal) =>
    call<Recommended>("/recommend", { method: "POST", body: request, ...signalled(signal) }),
  /** Says what a song was like. */
  songFeedback: (songId: number, feedback: SongFeedbackRequest) =>
    call<void>(`/songs/${songId}/feedback`, { method: "POST", body: feedback, keepalive: true }),
};
