/**
 * Media keys and the lock screen. Browsers offer them only to pages with a playing media
 * element, so a silent one loops while the worklet makes the sound.
 */

import { useEffect } from "react";

export interface NowPlaying {
  title: string;
  album: string;
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

export function useMediaSession(
  playing: boolean,
  now: NowPlaying,
  onPlay: () => void,
  onPause: () => void,
): void {
  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    navigator.mediaSession.playbackState = playing ? "playing" : "paused";
    if (playing)
      void silentElement()
        .play()
        .catch(() => undefined);
    else silence?.pause();
  }, [playing]);

  useEffect(() => {
    if (!("mediaSession" in navigator) || !playing) return;
    navigator.mediaSession.metadata = new MediaMetadata({
      title: now.title,
      artist: "Affetto",
      album: now.album,
      artwork: [{ src: "/icon.svg", sizes: "any", type: "image/svg+xml" }],
    });
  }, [playing, now.title, now.album]);

  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    const actions: [MediaSessionAction, () => void][] = [
      ["play", onPlay],
      ["pause", onPause],
      ["stop", onPause],
    ];
    for (const [action, handler] of actions) {
      navigator.mediaSession.setActionHandler(action, handler);
    }
    return () => {
      for (const [action] of actions) navigator.mediaSession.setActionHandler(action, null);
    };
  }, [onPlay, onPause]);
}
