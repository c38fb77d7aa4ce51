/** Musical text with its own signs. */

/** "Bb7" → "B♭7", "F#m" → "F♯m", "bVII" → "♭VII". */
export function musical(text: string): string {
  return text
    .replace(/#/g, "♯")
    .replace(/([A-G])b/g, "$1♭")
    .replace(/\bb(?=[IViv])/g, "♭");
}
