/** A video file as a few pictures, and their answers as one. */

import type { Emotions } from "../api/types";
import { pictureOf } from "./camera";
import { feltOf } from "./types";
import type { FaceAnswer, Felt } from "./types";

/** Pictures taken from a video, evenly spread. */
const PICTURES = 8;

const LOAD_LIMIT_MS = 8000;

const BEYOND_ANY_END_S = 1e6;

/** Resolves with whether `name` happened before the limit or an error. */
function happens(video: HTMLVideoElement, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), LOAD_LIMIT_MS);
    const done = (happened: boolean) => () => {
      clearTimeout(late);
      resolve(happened);
    };
    video.addEventListener(name, done(true), { once: true });
    video.addEventListener("error", done(false), { once: true });
  });
}

/** Times of the pictures in a video of `seconds`, in the middles of equal parts. */
export function momentsOf(seconds: number): number[] {
  const count = Math.max(1, Math.min(PICTURES, Math.floor(seconds * 2)));
  return Array.from({ length: count }, (_, i) => ((i + 0.5) * seconds) / count);
}

/** Seconds of a video; one that a browser recorded tells them only at its end. */
async function lengthOf(video: HTMLVideoElement): Promise<number> {
  if (Number.isFinite(video.duration)) return video.duration;
  const sought = happens(video, "seeked");
  video.currentTime = BEYOND_ANY_END_S;
  await sought;
  return Number.isFinite(video.duration) ? video.duration : video.currentTime;
}

/** Pictures of a video, or none where this browser cannot play it. */
export async function sampleVideo(file: Blob): Promise<Blob[]> {
  const video = document.createElement("video");
  const address = URL.createObjectURL(file);
  video.muted = true;
  video.preload = "auto";
  try {
    const loaded = happens(video, "loadeddata");
    video.src = address;
    if (!(await loaded)) return [];
    const pictures: Blob[] = [];
    for (const moment of momentsOf(await lengthOf(video))) {
      const sought = happens(video, "seeked");
      video.currentTime = moment;
      const picture = (await sought) ? await pictureOf(video) : null;
      if (picture) pictures.push(picture);
    }
    return pictures;
  } finally {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(address);
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation of an even mixture of Gaussians. */
function mixedSd(means: readonly number[], sds: readonly number[]): number {
  const center = mean(means);
  const within = mean(sds.map((sd) => sd * sd));
  const between = mean(means.map((value) => (value - center) ** 2));
  return Math.sqrt(within + between);
}

function meanOf<T extends object>(tables: readonly T[]): T {
  const names = new Set(tables.flatMap((table) => Object.keys(table)));
  const entries = [...names].map((name) => [
    name,
    mean(tables.map((table) => (table as Record<string, number>)[name] ?? 0)),
  ]);
  return Object.fromEntries(entries) as T;
}

/** The pictures of one video as one answer: an even mixture of those that show a face. */
export function poolFaces(answers: readonly FaceAnswer[]): FaceAnswer {
  const seen = answers.flatMap((answer): [FaceAnswer, Felt][] => {
    const felt = feltOf(answer);
    return felt ? [[answer, felt]] : [];
  });
  const felts = seen.map(([, felt]) => felt);
  const first = answers[0];
  const middle = seen[Math.floor(seen.length / 2)]?.[0];
  if (!first || !middle) return first as FaceAnswer;
  const emotions = felts.flatMap((felt) => (felt.emotions ? [felt.emotions] : []));
  const valences = felts.map((felt) => felt.valence);
  const arousals = felts.map((felt) => felt.arousal);
  return {
    ...middle,
    valence: mean(valences),
    arousal: mean(arousals),
    valence_sd: mixedSd(
      valences,
      felts.map((felt) => felt.valence_sd),
    ),
    arousal_sd: mixedSd(
      arousals,
      felts.map((felt) => felt.arousal_sd),
    ),
    correlation: mean(felts.map((felt) => felt.correlation)),
    emotions: emotions.length > 0 ? meanOf<Emotions>(emotions) : null,
    labels: meanOf(felts.map((felt) => felt.labels)),
    faces: [],
  };
}
