/** What played before, as React state that is stored in this browser. */

import { useEffect, useState } from "react";
import type { Point } from "../api/types";
import type { FullRequest } from "../model/wish";
import { entryOf, loadHistory, remember, storeHistory } from "../session/history";
import type { Played } from "../session/history";

export interface History {
  played: readonly Played[];
  note(request: FullRequest, mood: Point): void;
  forget(): void;
}

export function useHistory(): History {
  const [played, setPlayed] = useState<readonly Played[]>(loadHistory);
  useEffect(() => storeHistory(played), [played]);
  return {
    played,
    note: (request, mood) =>
      setPlayed((list) => remember(list, entryOf(request, mood, Date.now()))),
    forget: () => setPlayed([]),
  };
}
