/** A point on the valence–arousal plane, both in −1..=1. */
export interface Point {
  valence: number;
  arousal: number;
}

export interface Resource {
  name: string;
  contact: string;
  region: string;
}

export interface Support {
  message: string;
  resources: Resource[];
}

export interface Emotions {
  happiness: number;
  anger: number;
  sadness: number;
  calmness: number;
}

export interface Sensed extends Point {
  valence_sd: number;
  arousal_sd: number;
  correlation: number;
  emotions: Emotions;
  labels: Record<string, number>;
  support: Support | null;
}

export interface CueOffsets {
  brightness?: number;
  tempo?: number;
  density?: number;
  register?: number;
  dynamics?: number;
  articulation?: number;
  tension?: number;
  layers?: number;
}

export type Cues = Required<CueOffsets>;

export interface StationRequest {
  text?: string | null;
  valence?: number | null;
  arousal?: number | null;
  strategy?: string | null;
  focus_mode?: string | null;
  preset?: string | null;
  goal?: Point | null;
  pace?: string | null;
  genre?: string | null;
  texture?: string | null;
  energy_cap?: number | null;
  key?: string | null;
  tempo?: number | null;
  cues?: CueOffsets | null;
  seed?: number | null;
}

export interface PieceRequest extends StationRequest {
  bars?: number;
  seconds?: number;
  candidates?: number;
  chords?: string;
}

export interface Station {
  id: string;
  request: StationRequest;
  sensed: Sensed | null;
  asked: Point;
  goal: Point;
  support: Support | null;
  live_url: string;
  ogg_url: string;
  mp3_url: string;
  playing: boolean;
}

export interface Named {
  name: string;
  label: string;
}

export interface Described extends Named {
  description: string;
}

export interface GenreOption extends Named {
  tempo_min: number;
  tempo_max: number;
}

export interface CueOption extends Named {
  low: string;
  high: string;
}

export interface Options {
  genres: GenreOption[];
  textures: Named[];
  strategies: Described[];
  focus_modes: Named[];
  paces: Described[];
  presets: Described[];
  cues: CueOption[];
  roles: string[];
  limits: { text_max_bytes: number; max_stations: number; save_max_minutes: number };
  version: string;
}

export interface Files {
  mid: string;
  musicxml: string;
  lead_sheet: string;
  wav: string;
  flac: string;
  mp3: string;
  opus: string;
}

export interface Piece {
  id: string;
  title: string;
  created_at: string;
  requested: Point;
  heard: Point | null;
  key: string;
  tempo_bpm: number;
  bars: number;
  seconds: number;
  seed: number;
  genre: string;
  texture: string;
  sensed: Sensed | null;
  files: Files;
}

export interface ChordSpan {
  start: number;
  end: number;
  symbol: string;
  roman: string;
}

export interface Note {
  role: string;
  pitch: number;
  velocity: number;
  start: number;
  end: number;
}

export interface Bar {
  index: number;
  start: number;
  end: number;
  bpm: number;
  meter: string;
  key: string;
  scale: string;
  section: string;
  phrase_bar: number;
  phrase_bars: number;
  chords: ChordSpan[];
  notes: Note[];
  cues: Cues;
  asked: Point;
  heard: Point | null;
}

export interface ProblemDetail {
  code: string;
  message: string;
  hint: string | null;
  request_id: string;
}
