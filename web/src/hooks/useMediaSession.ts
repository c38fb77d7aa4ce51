/**
 * Media keys and the lock screen. Browsers offer them only to pages with a playing media
 * element, so a silent one loops while the worklet makes the sound.
 */

import { useEffect } from "react";

export interface NowPlaying {
  playing: boolean;
  /** Whether no media element makes the sound. */
  silent: boolean;
  title: string;
  artist: string;
  album: string;
}

/** What the keys do; keys without a meaning are left out. */
export interface MediaKeys {
  play(): void;
  pause(): void;
  next?(): void;
  previous?(): void;
  seek?(seconds: number): void;
}

let silence: HTMLAudioElement | null = null;

/** Ten seconds of silence as 8-bit mono WAV; shorter elements get no media keys in Chromium. */
function silentWav(): Blob {
  const rate = 8000;
  const samples = rate * 10;
  const view = new DataView(new ArrayBuffer(44 + samples));
  const ascii = (at: number, text: string): void => {
    for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
  };
  ascii(0, "RIFF");
  view.setUint32(4, 36 + samples, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  ascii(36, "data");
  view.setUint32(40, samples, true);
  new Uint8Array(view.buffer, 44).fill(128);
  return new Blob([view], { type: "audio/wav" });
}

function silentElement(): HTMLAudioElement {
  if (!silence) {
    silence = new Audio(URL.createObjectURL(silentWav()));
    silence.loop = true;
  }
  return silence;
}

export function useMediaSession(now: NowPlaying, keys: MediaKeys): void {
  const { playing, silent } = now;
  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    navigator.mediaSession.playbackState = playing ? "playing" : "paused";
    if (playing && silent)
      void silentElement()
        .play()
        .catch(() => undefined);
    else silence?.pause();
  }, [playing, silent]);

  const { title, artist, album } = now;
  useEffect(() => {
    if (!("mediaSession" in navigator) || !playing) return;
    navigator.mediaSession.metadata = new MediaMetadata({
      title,
      artist,
      album,
      artwork: [{ src: "/icon.svg", sizes: "any", type: "image/svg+xml" }],
    });
  }, [playing, title, artist, album]);

  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    const actions: [MediaSessionAction, MediaSessionActionHandler | null][] = [
      ["play", keys.play],
      ["pause", keys.pause],
      ["stop", keys.pause],
      ["nexttrack", keys.next ?? null],
      ["previoustrack", keys.previous ?? null],
      ["seekto", seeking(keys.seek)],
    ];
    for (const [action, handler] of actions) {
      navigator.mediaSession.setActionHandler(action, handler);
    }
    return () => {
      for (const [action] of actions) navigator.mediaSession.setActionHandler(action, null);
    };
  }, [keys]);
}

const seeking = (seek: MediaKeys["seek"]): MediaSessionActionHandler | null =>
  seek ? ({ seekTime }) => seekTime !== undefined && seekTime !== null && seek(seekTime) : null;
