/** What the listener has said and chosen, with the ways in which it changes. */

import { useCallback, useState } from "react";
import type { Point, Sensed } from "../api/types";
import { FIRST_WISH } from "../model/wish";
import type { Wish } from "../model/wish";
import { useFeelings } from "./useFeelings";
import type { Feelings } from "./useFeelings";
import { useSense } from "./useSense";
import type { Sense } from "./useSense";

export interface Wishing {
  wish: Wish;
  setWish(wish: Wish): void;
  update(change: Partial<Wish>): void;
  onGoal(goal: Point): void;
  feelings: Feelings;
  sense: Sense;
}

/** The wish after words were understood, or taken back. */
function withWords(before: Wish, sensed: Sensed | null): Wish {
  if (!sensed) {
    return {
      ...before,
      sensed,
      pointedBy: before.pointedBy === "text" ? "hand" : before.pointedBy,
    };
  }
  const point = { valence: sensed.valence, arousal: sensed.arousal };
  return { ...before, sensed, point, pointedBy: "text" };
}

export function useWish(stationId: string | null): Wishing {
  const [wish, setWish] = useState<Wish>(FIRST_WISH);
  const update = useCallback((change: Partial<Wish>) => {
    setWish((before) => ({ ...before, ...change }));
  }, []);
  const feelings = useFeelings(wish, setWish, stationId);
  const { sensing } = feelings;
  const onSensed = useCallback(
    (sensed: Sensed | null) => {
      setWish((before) => withWords(before, sensed));
      // Words are the listener's own as well; voice and face step back for them.
      if (sensed) sensing.dial(sensed);
    },
    [sensing],
  );
  const sense = useSense(wish.text, onSensed);
  const onGoal = useCallback((goal: Point) => update({ goal }), [update]);
  return { wish, setWish, update, onGoal, feelings, sense };
}
