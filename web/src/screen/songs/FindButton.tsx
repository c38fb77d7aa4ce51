/** The main button of the songs view, and what became of the search. */

import { useEffect, useRef } from "react";
import type { SongSet } from "../../hooks/useSongSet";
import { songsWord } from "../../model/songs";
import { Icon } from "../frame/Icon";
import { Problem } from "../frame/Notice";

interface FindButtonProps {
  found: SongSet;
  disabled: boolean;
  onFind(): void;
}

export function FindButton({ found, disabled, onFind }: FindButtonProps) {
  const { set, busy, problem } = found;
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // A search may also be started far below.
    if (problem) notice.current?.scrollIntoView({ block: "nearest" });
  }, [problem]);
  const count = set?.slots.filter(({ song }) => song).length ?? 0;
  return (
    <div className="find" ref={notice}>
      <button type="button" className="play" disabled={disabled} aria-busy={busy} onClick={onFind}>
        <Icon name="search" />
        {busy ? "Looking…" : "Find songs"}
      </button>
      <p className="sr" role="status">
        {busy ? "Looking for songs" : set ? `Found ${songsWord(count)}` : ""}
      </p>
      {problem && <Problem problem={problem} onDismiss={found.dismiss} />}
    </div>
  );
}
