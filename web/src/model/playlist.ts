/** Sets of songs as playlists for other players. */

import { songAddress } from "../api/client";
import type { Song } from "../api/types";
import { webLink } from "./songs";

export type PlaylistKind = "m3u8" | "jspf" | "xspf";

export const PLAYLIST_KINDS: readonly { value: PlaylistKind; label: string; type: string }[] = [
  { value: "m3u8", label: "M3U8", type: "audio/x-mpegurl" },
  { value: "jspf", label: "JSPF", type: "application/json" },
  { value: "xspf", label: "XSPF", type: "application/xspf+xml" },
];

/** Where a player finds a song: its sound on this server, else its link, else nowhere. */
export function locationOf(song: Song, origin: string): string | null {
  return song.playable ? origin + songAddress(song.id) : webLink(song);
}

/** A line of text stays one line, whatever is in a title. */
const oneLine = (text: string): string => text.replace(/[\r\n]+/g, " ").trim();

const shown = (song: Song): string =>
  oneLine(song.artist ? `${song.artist} - ${song.title}` : song.title);

function m3u8(title: string, songs: readonly Song[], origin: string): string {
  const entries = songs.map((song) => {
    const location = locationOf(song, origin);
    if (!location) return `# without sound or link: ${shown(song)}`;
    const seconds = song.seconds ? Math.round(song.seconds) : -1;
    return `#EXTINF:${seconds},${shown(song)}\n${oneLine(location)}`;
  });
  return ["#EXTM3U", `#PLAYLIST:${oneLine(title)}`, ...entries, ""].join("\n");
}

const milliseconds = (song: Song): number | null =>
  song.seconds ? Math.round(song.seconds * 1000) : null;

function jspf(title: string, songs: readonly Song[], origin: string): string {
  const track = songs.map((song) => {
    const location = locationOf(song, origin);
    const duration = milliseconds(song);
    return {
      title: song.title,
      creator: song.artist,
      ...(song.album ? { album: song.album } : {}),
      ...(duration ? { duration } : {}),
      ...(location ? { location: [location] } : {}),
    };
  });
  return `${JSON.stringify({ playlist: { title, creator: "Affetto", track } }, null, 2)}\n`;
}

/** Text for XML 1.0: escaped, without the characters that it cannot carry. */
const xml = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

function xspf(title: string, songs: readonly Song[], origin: string): string {
  const element = (name: string, value: string | number | null | undefined): string =>
    value ? `<${name}>${xml(String(value))}</${name}>` : "";
  const tracks = songs.map((song) => {
    const parts = [
      element("location", locationOf(song, origin)),
      element("title", song.title),
      element("creator", song.artist),
      element("album", song.album),
      element("duration", milliseconds(song)),
    ];
    return `    <track>${parts.join("")}</track>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<playlist version="1" xmlns="http://xspf.org/ns/0/">',
    `  ${element("title", title)}`,
    "  <trackList>",
    ...tracks,
    "  </trackList>",
    "</playlist>",
    "",
  ].join("\n");
}

/** The text of a playlist; addresses carry no access token. */
export function playlistText(
  kind: PlaylistKind,
  title: string,
  songs: readonly Song[],
  origin: string,
): string {
  if (kind === "jspf") return jspf(title, songs, origin);
  return kind === "xspf" ? xspf(title, songs, origin) : m3u8(title, songs, origin);
}

/** A name that every file system takes. */
export function fileName(title: string, kind: PlaylistKind): string {
  const plain = title
    .replace(/[^\p{L}\p{N} _-]+/gu, " ")
    .trim()
    .replace(/\s+/g, " ");
  return `${plain || "songs"}.${kind}`;
}
