/** The songs view below the mood: the set that was found, the map of the library, and its list. */

import type { Library } from "../../hooks/useLibrary";
import type { SongSet } from "../../hooks/useSongSet";
import { Problem } from "../frame/Notice";
import { ListCard } from "./ListCard";
import { MapCard } from "./MapCard";
import { SetCard } from "./SetCard";
import type { SongTools } from "./tools";

interface SongsProps {
  library: Library;
  found: SongSet;
  tools: SongTools;
}

export function Songs({ library, found, tools }: SongsProps) {
  const { status, map, problem } = library;
  return (
    <>
      {problem && <Problem problem={problem} />}
      <SetCard found={found} tools={tools} />
      {status && status.songs > 0 && (
        <>
          <MapCard status={status} index={map} set={found.set} tools={tools} />
          <ListCard status={status} tools={tools} />
        </>
      )}
    </>
  );
}
