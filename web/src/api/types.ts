/** The types of the HTTP API; written by scripts/api-types.mjs from openapi.json. */

/** A song that was nearly chosen. */
export interface AlternativeSong {
  /** How much worse its score is, in nats. */
  behind: number;
  /** What would have put it first, in words. */
  change?: string | null;
  /** The song. */
  song: Song;
}

/** An answer to a question, with where it puts the listener. */
export interface AnswerChoice {
  /** Arousal, in −1..=1. */
  arousal: number;
  /** The answer. */
  label: string;
  /** Valence that is believed once it is given, in −1..=1. */
  valence: number;
}

/** A bar, with positions on the 48-kHz clock of the packets. */
export interface Bar {
  /** What it was asked to express. */
  asked: Point;
  /** Tempo in quarter notes a minute. */
  bpm: number;
  /** Its chords. */
  chords: ChordSpan[];
  /** The cues that the music follows. */
  cues: Cues;
  /** The sample after the last. */
  end: number;
  heard?: Point | null;
  /** Number from the start of the station, from 0. */
  index: number;
  /** Key. */
  key: string;
  /** Metre. */
  meter: string;
  /** Its notes, as played, sorted by start. */
  notes: Note[];
  /** Bar within the phrase, from 0. */
  phrase_bar: number;
  /** Bars in the phrase. */
  phrase_bars: number;
  /** Scale on the tonic of the key. */
  scale: string;
  /** Section letter. */
  section: string;
  /** First sample. */
  start: number;
}

/** A chord of a bar. */
export interface ChordSpan {
  /** The sample after the last. */
  end: number;
  /** Roman numeral in the key. */
  roman: string;
  /** First sample. */
  start: number;
  /** Symbol. */
  symbol: string;
}

/** What a sense said, and what the listener says. */
export interface CorrectionRequest {
  /** Activation, as the listener says. */
  arousal: number;
  /** `face`, `voice` or `words` (also called `text`). */
  sense: string;
  /** What that sense said, as it was answered. */
  sensed: SensedPoint;
  /** Pleasantness, as the listener says. */
  valence: number;
}

/** A name with how many songs it has. */
export interface Count {
  /** The name. */
  name: string;
  /** How many songs. */
  songs: number;
}

/** What a listener pulls by hand on top of what the emotion asks, each in −1..=1. */
export interface CueOffsets {
  /** Detached to connected. */
  articulation?: number;
  /** Darker to brighter scale colour. */
  brightness?: number;
  /** Fewer to more notes. */
  density?: number;
  /** Fewer and softer to more and louder drums. */
  drums?: number;
  /** Softer to louder. */
  dynamics?: number;
  /** Fewer to more instruments. */
  layers?: number;
  /** Lower to higher. */
  register?: number;
  /** Slower to faster inside the genre's band. */
  tempo?: number;
  /** Consonant to tense. */
  tension?: number;
}

/** A cue that may be pulled from −1 to 1. */
export interface CueOption {
  /** What 1 sounds like. */
  high: string;
  /** Name for people. */
  label: string;
  /** What −1 sounds like. */
  low: string;
  /** Name in requests. */
  name: string;
}

/** The musical cues that carry emotion. */
export interface Cues {
  /** Sounding share of the written length. */
  articulation: number;
  /** Scale colour from −1 (Phrygian) to 1 (Lydian). */
  brightness: number;
  /** Note density, 0..=1. */
  density: number;
  /** Loudness, 0..=1. */
  dynamics: number;
  /** Share of the instruments that play, 0..=1. */
  layers: number;
  /** Register shift in semitones. */
  register: number;
  /** Place inside the genre's tempo band, 0..=1. */
  tempo: number;
  /** Dissonance and harmonic distance, 0..=1. */
  tension: number;
}

/** A choice with a sentence about it. */
export interface Described {
  /** What it does. */
  description: string;
  /** Name for people. */
  label: string;
  /** Name in requests. */
  name: string;
}

/** Probabilities of the quadrant emotions, which sum to 1. */
export interface Emotions {
  /** Unpleasant and activated. */
  anger: number;
  /** Pleasant and quiet. */
  calmness: number;
  /** Pleasant and activated. */
  happiness: number;
  /** Unpleasant and quiet. */
  sadness: number;
}

/** How somebody feels, as far as pictures of their face tell. */
export type FaceSensed = Impression & {
  /** All faces; of a video those of the last picture that shows any. */
  faces: SensedFace[];
  /** How many pictures were looked at: 1, or more of a video. */
  pictures: number;
};

/** A file that cannot be heard. */
export interface FailedFile {
  /** The file. */
  path: string;
  /** Why. */
  reason: string;
}

/** What a listener says about the music that plays. */
export interface FeedbackRequest {
  /**
   * `more-like-this`, `too-busy`, `too-empty`, `too-sad`, `too-happy`, `too-calm`, `too-wild`,
   * `too-tense`, `less-drums` or `more-drums`.
   */
  feedback: string;
}

/** Addresses of the files of a piece. */
export interface Files {
  /** FLAC. */
  flac: string;
  /** MusicXML, melody and chord symbols. */
  lead_sheet: string;
  /** Standard MIDI File. */
  mid: string;
  /** MP3. */
  mp3: string;
  /** MusicXML, full score. */
  musicxml: string;
  /** Opus in Ogg. */
  opus: string;
  /** ZIP archive with each role as a MIDI and a FLAC file of its own. */
  stems: string;
  /** WAV. */
  wav: string;
}

/** What all senses say together, over time. */
export type FusedNow = Impression & {
  /** Seconds since the start. */
  at_s: number;
  /** Whether the listener's own dial holds it. */
  held: boolean;
  /** Whether a station follows. */
  steering: boolean;
};

/** A genre. */
export interface GenreOption {
  /** Name for people. */
  label: string;
  /** Name in requests. */
  name: string;
  /** Fastest tempo. */
  tempo_max: number;
  /** Slowest tempo, in quarter notes a minute. */
  tempo_min: number;
}

/** Whether the server is well. */
export interface Health {
  /** Always `ok`: a server that is not well does not answer. */
  status: string;
  /** Version of the program. */
  version: string;
}

/** What can be said of somebody, or why nothing can. */
export type Impression = Reading & {
  /** Whether nothing can be said; all numbers are null then. */
  abstained: boolean;
  question?: Question | null;
  /** Why nothing can be said. */
  reason?: string | null;
  /** Where the estimate comes from: `words`, `voice`, `face`. */
  senses_used: string[];
  support?: Support | null;
};

/** What a listening model hears in a MIDI file. */
export interface Judged {
  /** Arousal, in −1..=1. */
  arousal: number;
  /** The symbolic features by name. */
  features: Record<string, number>;
  /** The most likely quadrant emotion. */
  quadrant: string;
  /** Probability of each. */
  quadrants: Emotions;
  /** Valence, in −1..=1. */
  valence: number;
}

/** What the library holds. */
export interface LibraryStatus {
  /** The most frequent genres. */
  genres: Count[];
  /** Songs whose sound is here. */
  playable: number;
  /** Songs by quadrant; the others have no place on the plane. */
  quadrants: Record<string, number>;
  /** All songs. */
  songs: number;
  /** Who names songs. */
  sources: Count[];
}

/** Limits of this server. */
export interface Limits {
  /** Largest recording in bytes. */
  audio_max_bytes: number;
  /** Longest recording in seconds. */
  audio_max_seconds: number;
  /** Largest frame of continuous sensing in bytes. */
  frame_max_bytes: number;
  /** Most pictures looked at in a second of continuous sensing. */
  max_frames_per_second: number;
  /** Most pieces kept. */
  max_pieces: number;
  /** Most stations at once. */
  max_stations: number;
  /** Largest MIDI file in bytes. */
  midi_max_bytes: number;
  /** Largest picture or video in bytes. */
  picture_max_bytes: number;
  /** Largest primer in bytes. */
  primer_max_bytes: number;
  /** Most minutes of a station that can be saved. */
  save_max_minutes: number;
  /** Longest text in bytes. */
  text_max_bytes: number;
}

/** A text frame of the live WebSocket. */
export type LiveMessage = {
  /** Always 2. */
  channels: number;
  /** Position of the first packet that follows. */
  position: number;
  /** Samples that the Opus decoder gives before the first of the music. */
  pre_skip: number;
  /** Always 48000. */
  sample_rate: number;
  type: "hello";
} | Bar & {
  type: "bar";
} | Station & {
  type: "state";
} | {
  /** Why, for people. */
  reason: string;
  type: "end";
};

/** A choice. */
export interface Named {
  /** Name for people. */
  label: string;
  /** Name in requests. */
  name: string;
}

/** A note as played. */
export interface Note {
  /** The sample after the last. */
  end: number;
  /** MIDI pitch in 0..128. */
  pitch: number;
  /** `melody`, `counter`, `chords`, `pad`, `bass`, `drums` or `other`. */
  role: string;
  /** First sample. */
  start: number;
  /** MIDI velocity in 1..128. */
  velocity: number;
}

/** Everything that a client may choose from, with words for people. */
export interface Options {
  /** The cues that may be pulled. */
  cues: CueOption[];
  /** What a listener may say about the music that plays. */
  feedback: Described[];
  /** Kinds of concentration, for the strategy `focus`. */
  focus_modes: Named[];
  /** Genres with their tempo bands, then the styles that the user has trained. */
  genres: GenreOption[];
  /** Limits of this server. */
  limits: Limits;
  /** How fast the music leads. */
  paces: Described[];
  /** Settings for an occasion. */
  presets: Described[];
  /** Roles of the instruments. */
  roles: string[];
  /** What this server senses besides words. */
  sensors: Sensors;
  /** What the music may do about a feeling. */
  strategies: Described[];
  /** Textures. */
  textures: Named[];
  /** Version of the program. */
  version: string;
  /** What the neural writer composes with. */
  weights: Described[];
  /** Who writes the bars. */
  writers: Described[];
}

/** A composed piece. */
export interface Piece {
  /** Number of bars. */
  bars: number;
  /** When it was made, RFC 3339 in UTC. */
  created_at: string;
  /** Where its files are. */
  files: Files;
  /** Genre. */
  genre: string;
  heard?: Point | null;
  /** Names the piece. */
  id: string;
  /** Key of its beginning. */
  key: string;
  /** The listener's preferences that shaped it. */
  preferences: Preferences;
  primer?: Primer | null;
  /** What was asked of the music, on average. */
  requested: Point;
  /** The roles that play: `melody`, `counter`, `chords`, `pad`, `bass`, `drums`. */
  roles: string[];
  /** Length in seconds. */
  seconds: number;
  /** Seed. */
  seed: number;
  sensed?: Sensed | null;
  /** Tempo of its beginning, in quarter notes a minute. */
  tempo_bpm: number;
  /** Texture. */
  texture: string;
  /** Title. */
  title: string;
  /** Who wrote the bars: `rules` or `neural`. */
  writer: string;
}

/** The pieces made in this session. */
export interface PieceList {
  /** Newest first. */
  pieces: Piece[];
}

/** What a piece shall be: like a station, with a length. */
export interface PieceRequest {
  /** Arousal. */
  arousal?: number | null;
  /** Length in bars; not with `seconds`. */
  bars?: number | null;
  /** Candidates composed for each bar. */
  candidates?: number | null;
  /** Chords to cycle through, one a bar. */
  chords?: string | null;
  cues?: CueOffsets | null;
  /** Highest arousal that the music may express. */
  energy_cap?: number | null;
  /** `calm`, `inspiration` or `vigor`, for the strategy `focus`. */
  focus_mode?: string | null;
  /** Genre, or a style that the user has trained, by name. */
  genre?: string | null;
  goal?: Point | null;
  /** How far emotion leads the neural writer. */
  guidance?: number | null;
  /** Key to stay in. */
  key?: string | null;
  /** `gentle`, `steady` or `quick`. */
  pace?: string | null;
  /** `study`, `work`, `workout` or `reading`. */
  preset?: string | null;
  /**
   * MIDI file in base64 whose bars the neural writer continues: at most 1 MB and 50,000
   * notes, of which the last 16 bars count.
   */
  primer?: string | null;
  /**
   * Whether what the listener has said about earlier music shapes this; `true` when left
   * out.
   */
  profile?: boolean | null;
  /** Length in seconds, about; not with `bars`. */
  seconds?: number | null;
  /** Seed of all randomness: same request and seed, same notes. */
  seed?: number | null;
  /**
   * `match`, `lift`, `soothe`, `focus` or `goal`; without one a station regulates the
   * feeling gently, and a piece matches it.
   */
  strategy?: string | null;
  /** Tempo to stay at, in quarter notes a minute. */
  tempo?: number | null;
  /** How the listener feels, in words or emoji. */
  text?: string | null;
  /** `mono`, `poly` or `band`. */
  texture?: string | null;
  /** Valence; with `arousal` instead of `text`. */
  valence?: number | null;
  /** How much the neural writer dares. */
  variety?: number | null;
  /** What the neural writer composes with: `notes` or `free`. */
  weights?: string | null;
  /** Who writes the bars: `rules` or `neural`. */
  writer?: string | null;
}

/** A moment of a plan. */
export interface PlanMoment {
  /** Arousal then. */
  arousal: number;
  /** Seconds from the start. */
  t_seconds: number;
  /** Valence then. */
  valence: number;
}

/** A point on the valence–arousal plane. */
export interface Point {
  /** Activation. */
  arousal: number;
  /** Pleasantness. */
  valence: number;
}

/** How a listener wants music to differ from what the emotion alone asks; 0 for no wish. */
export interface Preferences {
  /** Calmer to more energetic. */
  arousal: number;
  /** Fewer to more notes and instruments. */
  density: number;
  /** Fewer to more drums. */
  drums: number;
  /** More consonant to more tense. */
  tension: number;
  /** Sadder to happier. */
  valence: number;
  /** The wishes in words, the strongest first; empty for none. */
  words: string[];
}

/** What of a MIDI file the neural writer continues. */
export interface Primer {
  /** Bars that are continued: the last ones of the file, at most 16. */
  bars: number;
  /** Their notes. */
  notes: number;
}

/** What a failed request answers. */
export interface Problem {
  /** The error. */
  error: ProblemDetail;
}

/** An error. */
export interface ProblemDetail {
  /** Stable name in snake case. */
  code: string;
  /** What to do instead, if there is more to say. */
  hint?: string | null;
  /** What was wrong, with the value and what is allowed. */
  message: string;
  /** Names this request in the server's log. */
  request_id: string;
}

/** A short question to the listener. */
export interface Question {
  /** Its 2 to 4 answers. */
  choices: AnswerChoice[];
  /** The question. */
  text: string;
}

/** A Gaussian on the valence–arousal plane, or nulls where nothing can be said. */
export interface Reading {
  /** Mean arousal, in −1..=1. */
  arousal?: number | null;
  /** Standard deviation of arousal. */
  arousal_sd?: number | null;
  /** Correlation of the two, in −1..=1. */
  correlation?: number | null;
  emotions?: Emotions | null;
  /** Probability of each label of the sense's vocabulary. */
  labels: Record<string, number>;
  /** Mean valence, in −1..=1. */
  valence?: number | null;
  /** Standard deviation of valence. */
  valence_sd?: number | null;
}

/** What songs somebody asks for. */
export interface RecommendRequest {
  /** Number of the song that plays now, from which the set goes on. */
  after?: number | null;
  /** Arousal. */
  arousal?: number | null;
  /** Whether composed music may stand where no song follows well. */
  bridges?: boolean;
  /** How many songs; 10 when neither this nor `minutes` is given. */
  count?: number | null;
  /** `calm`, `inspiration` or `vigor`, for the strategy `focus`. */
  focus_mode?: string | null;
  goal?: Point | null;
  /** Instead: how many minutes. */
  minutes?: number | null;
  /** `audio`, `text` or `all`. */
  mode?: string | null;
  /** `gentle`, `steady` or `quick`. */
  pace?: string | null;
  /** Seed of what is left to chance. */
  seed?: number | null;
  /**
   * `match`, `lift`, `soothe`, `focus`, `goal`, `regulate` or `iso`; without one, what helped
   * this listener.
   */
  strategy?: string | null;
  /** How the listener feels, in words or emoji. */
  text?: string | null;
  /** Valence; with `arousal` instead of `text`. */
  valence?: number | null;
}

/** A song with its reasons. */
export interface Recommendation {
  /** What nearly was chosen instead, nearest first. */
  alternatives: AlternativeSong[];
  /** Standard deviation of its arousal. */
  arousal_sd: number;
  /** A sentence that begins with "because". */
  because: string;
  /** Where this listener hears it, in quantiles of the library. */
  heard: Point;
  /** The parts by name, weighted. */
  parts: Record<string, number>;
  /** Sum of the parts, in nats. */
  score: number;
  /** The song. */
  song: Song;
  /** Standard deviation of its valence. */
  valence_sd: number;
}

/** A set of songs. */
export interface Recommended {
  /** Where the listener is. */
  felt: Point;
  /** The way across the plane. */
  plan: PlanMoment[];
  sensed?: Sensed | null;
  /** What plays, in order. */
  slots: RecommendedSlot[];
  /** How they are led. */
  strategy: string;
}

/** What plays for a while: a song, or composed music. */
export interface RecommendedSlot {
  bridge?: SongBridge | null;
  song?: Recommendation | null;
  /** Seconds from the start. */
  start_s: number;
  /** Where the music should be then. */
  target: Point;
}

/** Bars of a piece that are composed anew; the rest stays to the tick. */
export interface RedoRequest {
  /** Arousal. */
  arousal?: number | null;
  /** Bars from 1, the last one included. */
  bars?: string;
  /** Roles that stay in these bars; not with `only`. */
  keep?: string[];
  /** Whether the bars get chords of their own. */
  new_harmony?: boolean;
  /** Roles that are written in these bars, all others staying; not with `keep`. */
  only?: string[];
  /** Seed. */
  seed?: number | null;
  /** What the bars shall express, in words; what the piece expresses when nothing is said. */
  text?: string | null;
  /** Valence; with `arousal` instead of `text`. */
  valence?: number | null;
  /** Who writes: `rules` or `neural`. */
  writer?: string | null;
}

/** A place to find help. */
export interface Resource {
  /** How to reach them. */
  contact: string;
  /** Who helps. */
  name: string;
  /** Where they are there for people. */
  region: string;
}

/** Which music of a station to keep. */
export interface SaveRequest {
  /** How far back, in minutes; 3 when left out. */
  minutes?: number | null;
  /** Title. */
  title?: string | null;
}

/** What is to be heard. */
export interface ScanRequest {
  /** Folder on the machine of the server. */
  folder: string;
  /** Whether two windows of 30 s of each song are enough for now. */
  quick?: boolean;
}

/** How far the last scan is. */
export interface ScanStatus {
  /** Songs that are new in the library, once it has ended. */
  added?: number | null;
  /** Files that are to be heard. */
  all: number;
  /** Of these, done or failed. */
  done: number;
  /** Files that cannot be heard, the first 100, once it has ended. */
  failed: FailedFile[];
  /** Why it stopped before its end. */
  problem?: string | null;
  /** Whether it is running. */
  running: boolean;
}

/**
 * A text frame from the client. Binary frames carry what is sensed: a byte `1` and 16-kHz mono
 * sound as 16-bit little-endian samples, or a byte `2` and a picture (PNG, JPEG or WebP).
 */
export type SenseCommand = {
  /** `voice`, `face`, or both. */
  senses: string[];
  /**
   * A station that shall follow what is sensed, within its slew limits; without one nothing
   * is steered.
   */
  station?: string | null;
  type: "start";
} | {
  /** Activation, as the listener says. */
  arousal: number;
  /** `voice`, `face` or `words` (also called `text`). */
  sense: string;
  sensed?: SensedPoint | null;
  type: "correct";
  /** Pleasantness, as the listener says. */
  valence: number;
} | {
  /** Activation. */
  arousal: number;
  type: "dial";
  /** Pleasantness. */
  valence: number;
} | {
  type: "release";
} | {
  type: "stop";
};

/** A text frame from the server. */
export type SenseMessage = {
  /** What is switched on: `voice`, `face`. */
  senses: string[];
  type: "started";
} | SensedNow & {
  type: "sensed";
} | FusedNow & {
  type: "fused";
} | {
  /** Stable name in snake case. */
  code: string;
  /** What was wrong, with the value and what is allowed. */
  message: string;
  type: "error";
};

/** How somebody feels, as far as words tell: a Gaussian on the valence–arousal plane. */
export interface Sensed {
  /** Mean arousal, in −1..=1. */
  arousal: number;
  /** Standard deviation of arousal. */
  arousal_sd: number;
  /** Correlation of the two, in −1..=1. */
  correlation: number;
  /** Probability of each quadrant emotion. */
  emotions: Emotions;
  /** Probability of each label of the sense's vocabulary; for words those of GoEmotions. */
  labels: Record<string, number>;
  /** ISO 639-3 code of the language of the words, where it is surely not English. */
  language?: string | null;
  /** Which text model spoke, `encoder` or `ngrams`, where words did. */
  model?: string | null;
  question?: Question | null;
  /** Where the estimate comes from: `words`, `voice`, `face`. */
  senses_used: string[];
  support?: Support | null;
  /** Mean valence, in −1..=1. */
  valence: number;
  /** Standard deviation of valence. */
  valence_sd: number;
  /** What the listener should be told, such as that the language is not understood. */
  warning?: string | null;
}

/** A face; place and size are shares of the picture, in 0..=1. */
export type SensedFace = Reading & {
  /** Height. */
  height: number;
  /** Width. */
  width: number;
  /** Left edge. */
  x: number;
  /** Upper edge. */
  y: number;
};

/** What one sense says now. */
export type SensedNow = Impression & {
  /** Seconds since the start. */
  at_s: number;
  /** Its end. */
  end_s?: number | null;
  /** The faces of a picture. */
  faces: SensedFace[];
  /** `voice` or `face`. */
  sense: string;
  /** Start of the window of a voice, in seconds of sound. */
  start_s?: number | null;
};

/** The Gaussian of an answer. */
export interface SensedPoint {
  /** Mean arousal. */
  arousal: number;
  /** Standard deviation of arousal. */
  arousal_sd: number;
  /** Correlation of the two; 0 when left out. */
  correlation?: number;
  /** Mean valence. */
  valence: number;
  /** Standard deviation of valence. */
  valence_sd: number;
}

/** What this server senses besides words. */
export interface Sensors {
  /** Whether it looks at faces. */
  face: boolean;
  /** Whether it understands what a voice says, which needs a speech recogniser. */
  transcript: boolean;
  /** Whether it reads videos, which needs ffmpeg. */
  video: boolean;
  /** Whether it listens to voices. */
  voice: boolean;
}

/** A song. */
export interface Song {
  /** Album. */
  album?: string | null;
  /** Artists. */
  artist: string;
  /** Genre in lower case. */
  genre?: string | null;
  /** Its number in the library. */
  id: number;
  /** Where it can be opened elsewhere. */
  link?: string | null;
  /** Loudness in LUFS. */
  loudness_lufs?: number | null;
  mood?: Point | null;
  /** Whether its sound is here: then `GET /api/v1/songs/{id}/audio` plays it. */
  playable: boolean;
  /** Length in seconds. */
  seconds?: number | null;
  /** Names of the sources that know it. */
  sources: string[];
  /** Tempo in beats a minute. */
  tempo_bpm?: number | null;
  /** Title. */
  title: string;
  /** Year of release. */
  year?: number | null;
}

/** Composed music between songs. */
export interface SongBridge {
  /** Where it starts. */
  from: Point;
  /** How long it should be, in seconds. */
  seconds: number;
  /** Where it ends. */
  to: Point;
}

/** What a listener says to a song. */
export interface SongFeedbackRequest {
  /** With `skip`: after how many seconds of the song. */
  at_seconds?: number | null;
  point?: Point | null;
  /**
   * `like`, `dislike`, `skip`, `finish`, `replay`, `too-sad`, `too-happy`, `too-calm`,
   * `too-wild` or `rated`.
   */
  reaction: string;
  target?: Point | null;
}

/** All songs that have a place, as columns of one length. */
export interface SongMap {
  /** Arousal of each in quantiles of the library, in −1..=1. */
  arousal: number[];
  /** Numbers of the songs. */
  ids: number[];
  /** Valence of each in quantiles of the library, in −1..=1. */
  valence: number[];
}

/** A page of songs. */
export interface SongPage {
  /** The songs. */
  songs: Song[];
  /** How many there are on all pages. */
  total: number;
}

/** A window of a recording; all numbers are null where nobody speaks. */
export type SpeechSegment = Reading & {
  /** Its end in seconds. */
  end_s: number;
  /** Its start in seconds. */
  start_s: number;
};

/** How somebody feels, as far as a recording of their voice tells. */
export type SpeechSensed = Impression & {
  /** The tone of voice, window by window. */
  segments: SpeechSegment[];
  /** What was said. */
  transcript?: string | null;
  /** Why there is no transcript. */
  transcript_reason?: string | null;
};

/** A playing station. */
export interface Station {
  /** What the music is asked to express at present. */
  asked: Point;
  /** Where it goes. */
  goal: Point;
  /** Names the station. */
  id: string;
  /** WebSocket with Opus packets and what is played. */
  live_url: string;
  /** MP3 for any player. */
  mp3_url: string;
  /** Ogg-Opus for any player. */
  ogg_url: string;
  /** False once it has ended. */
  playing: boolean;
  /** What the listener's feedback has made of it, earlier feedback included. */
  preferences: Preferences;
  primer?: Primer | null;
  /** What was asked for, with all changes since, without the file of the primer. */
  request: StationRequest;
  sensed?: Sensed | null;
  support?: Support | null;
}

/** The stations that play. */
export interface StationList {
  /** Oldest first. */
  stations: Station[];
}

/**
 * What a station shall play. Everything may be left out; in a change, what is left out stays
 * and `null` returns to the default.
 */
export interface StationRequest {
  /** Arousal. */
  arousal?: number | null;
  cues?: CueOffsets | null;
  /** Highest arousal that the music may express. */
  energy_cap?: number | null;
  /** `calm`, `inspiration` or `vigor`, for the strategy `focus`. */
  focus_mode?: string | null;
  /** Genre, or a style that the user has trained, by name. */
  genre?: string | null;
  goal?: Point | null;
  /** How far emotion leads the neural writer. */
  guidance?: number | null;
  /** Key to stay in. */
  key?: string | null;
  /** `gentle`, `steady` or `quick`. */
  pace?: string | null;
  /** `study`, `work`, `workout` or `reading`. */
  preset?: string | null;
  /**
   * MIDI file in base64 whose bars the neural writer continues: at most 1 MB and 50,000
   * notes, of which the last 16 bars count.
   */
  primer?: string | null;
  /**
   * Whether what the listener has said about earlier music shapes this; `true` when left
   * out.
   */
  profile?: boolean | null;
  /** Seed of all randomness: same request and seed, same notes. */
  seed?: number | null;
  /**
   * `match`, `lift`, `soothe`, `focus` or `goal`; without one a station regulates the
   * feeling gently, and a piece matches it.
   */
  strategy?: string | null;
  /** Tempo to stay at, in quarter notes a minute. */
  tempo?: number | null;
  /** How the listener feels, in words or emoji. */
  text?: string | null;
  /** `mono`, `poly` or `band`. */
  texture?: string | null;
  /** Valence; with `arousal` instead of `text`. */
  valence?: number | null;
  /** How much the neural writer dares. */
  variety?: number | null;
  /** What the neural writer composes with: `notes` or `free`. */
  weights?: string | null;
  /** Who writes the bars: `rules` or `neural`. */
  writer?: string | null;
}

/** Where to find help. */
export interface Support {
  /** A few kind words. */
  message: string;
  /** Who helps. */
  resources: Resource[];
}

/** A text to be sensed. */
export interface TextRequest {
  /** Words or emoji. Nothing of it is kept. */
  text: string;
}

/**
 * How far each sense is trusted for this listener: the factor on its variance, 1 as calibrated,
 * above 1 less, below 1 more.
 */
export interface Trust {
  /** The face. */
  face: number;
  /** The tone of voice. */
  voice: number;
  /** The words. */
  words: number;
}
