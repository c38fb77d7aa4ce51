/** The main button of the songs view, and what became of the search; or how to add songs first. */

import { useEffect, useRef } from "react";
import type { Library } from "../../hooks/useLibrary";
import type { SongSet } from "../../hooks/useSongSet";
import { songsWord } from "../../model/songs";
import { Icon } from "../frame/Icon";
import { Problem } from "../frame/Notice";
import { EmptyLibrary } from "./EmptyLibrary";

interface FindButtonProps {
  found: SongSet;
  library: Library;
  disabled: boolean;
  onFind(): void;
}

export function FindButton({ found, library, disabled, onFind }: FindButtonProps) {
  const { set, busy, problem } = found;
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // A search may also be started far below.
    if (problem) notice.current?.scrollIntoView({ block: "nearest" });
  }, [problem]);
  if (library.status?.songs === 0) return <EmptyLibrary onAgain={library.again} />;
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
