/** A recording as a WAV file: mono, 16 bits, little-endian (RIFF, WAVE_FORMAT_PCM). */

const HEADER_BYTES = 44;

export function wavOf(chunks: readonly Int16Array[], rateHz: number): ArrayBuffer {
  const count = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const file = new ArrayBuffer(HEADER_BYTES + 2 * count);
  const view = new DataView(file);
  const name = (at: number, letters: string): void => {
    for (let i = 0; i < letters.length; i++) view.setUint8(at + i, letters.charCodeAt(i));
  };
  name(0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + 2 * count, true);
  name(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rateHz, true);
  view.setUint32(28, 2 * rateHz, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  name(36, "data");
  view.setUint32(40, 2 * count, true);
  let at = HEADER_BYTES;
  for (const chunk of chunks) {
    for (const sample of chunk) {
      view.setInt16(at, sample, true);
      at += 2;
    }
  }
  return file;
}
