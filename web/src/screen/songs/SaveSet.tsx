/** Saves a set as a playlist file, which the page makes itself. */

import { useState } from "react";
import type { Song } from "../../api/types";
import { PLAYLIST_KINDS, fileName, playlistText } from "../../model/playlist";
import type { PlaylistKind } from "../../model/playlist";

/** The browser needs the address a moment longer than the click lasts. */
const KEEP_MS = 30_000;

function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), KEEP_MS);
}

interface SaveSetProps {
  title: string;
  songs: readonly Song[];
}

export function SaveSet({ title, songs }: SaveSetProps) {
  const [kind, setKind] = useState<PlaylistKind>("m3u8");
  const [saved, setSaved] = useState("");
  const save = (): void => {
    const type = PLAYLIST_KINDS.find(({ value }) => value === kind)?.type ?? "text/plain";
    const name = fileName(title, kind);
    download(name, type, playlistText(kind, title, songs, window.location.origin));
    setSaved(`Saved as ${name}.`);
  };
  return (
    <div className="save-set">
      <label>
        <span className="sr">Kind of playlist</span>
        <select value={kind} onChange={(event) => setKind(event.target.value as PlaylistKind)}>
          {PLAYLIST_KINDS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="small" onClick={save}>
        Save as playlist
      </button>
      <p className="note" role="status">
        {saved}
      </p>
    </div>
  );
}
