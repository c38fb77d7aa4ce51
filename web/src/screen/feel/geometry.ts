/** From the plane to its picture, which is 400 units wide with a margin of 26. */

export const CENTER = 200;
export const HALF = 174;
export const toX = (valence: number): number => CENTER + valence * HALF;
export const toY = (arousal: number): number => CENTER - arousal * HALF;
