/** A MIDI file whose bars the neural writer continues. */

export interface Primer {
  /** Name of the file. */
  name: string;
  /** The file in base64. */
  midi: string;
  /** Bars that are continued. */
  bars: number;
  /** Their notes. */
  notes: number;
}

/** Bytes that are turned at once; more would overflow the stack. */
const CHUNK = 8192;

/** Base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(from, from + CHUNK));
  }
  return btoa(text);
}

/** Whether a file calls itself a MIDI file. */
export const isMidi = (file: { name: string; type: string }): boolean =>
  /\.midi?$/i.test(file.name) || /^audio\/(x-)?midi?$/.test(file.type);

/** A primer in words, e.g. "8 bars, 64 notes". */
export function primerWords({ bars, notes }: Pick<Primer, "bars" | "notes">): string {
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
  return `${count(bars, "bar")}, ${count(notes, "note")}`;
}
