/** Joins the senses with the wish: what was understood moves the point, the hand corrects it. */

import { useCallback, useEffect, useRef } from "react";
import type { Dispatch, SetStateAction } from "react";
import type { Point } from "../api/types";
import type { PointedBy, Wish } from "../model/wish";
import type { Sensing, SensingState } from "../senses/sensing";
import { feltOf } from "../senses/types";
import type { Choice, Felt, Question, SenseName } from "../senses/types";
import { useSensing } from "./useSensing";

/** A point moved by hand is a correction once it has rested this long. */
const REST_MS = 900;

export interface Feelings {
  sensing: Sensing;
  state: SensingState;
  question: Question | null;
  /** The listener points at the plane or taps a face. */
  point(point: Point): void;
  /** The listener says that a sense was wrong. */
  correct(sense: SenseName, point: Point): void;
  answer(choice: Choice): void;
}

/** What a sense said, that the listener may say otherwise. */
interface Said {
  sense: SenseName | "text";
  felt: Felt;
}

/** What the point came from; words count only where a question about them is answered. */
function saidBy(pointedBy: PointedBy, state: SensingState): Said[] {
  const senses = (["voice", "face"] as const).filter(
    (sense) => sense === pointedBy || (pointedBy === "senses" && state[sense].continuous),
  );
  return senses.flatMap((sense) => {
    const { answer } = state[sense];
    const felt = answer ? feltOf(answer) : null;
    return felt ? [{ sense, felt }] : [];
  });
}

const questionIn = (sensed: object | null): Question | null =>
  (sensed as { question?: Question | null } | null)?.question ?? null;

const pointOf = ({ valence, arousal }: Point): Point => ({ valence, arousal });

export function useFeelings(
  wish: Wish,
  setWish: Dispatch<SetStateAction<Wish>>,
  stationId: string | null,
): Feelings {
  const feel = (felt: Felt, pointedBy: PointedBy, text?: string): void =>
    setWish((before) => ({
      ...before,
      felt,
      point: pointOf(felt),
      pointedBy,
      ...(text ? { text } : {}),
    }));
  const [sensing, state] = useSensing(
    {
      understood: (sense, felt, answer) => {
        // Words of despair count as if they had been typed, so that they stay in sight.
        const said = answer.support && "transcript" in answer ? answer.transcript : null;
        feel(felt, sense, said ?? undefined);
      },
      fused: (felt) => feel(felt, "senses"),
    },
    stationId,
  );

  const now = useRef({ wish, state });
  useEffect(() => {
    now.current = { wish, state };
  });
  const moving = useRef<{ timer: number; said: Said[] } | null>(null);
  const byHand = useCallback(
    (point: Point) => {
      setWish((before) => ({ ...before, point: pointOf(point), pointedBy: "hand" }));
      // The listener's own hand always leads.
      sensing.dial(point);
    },
    [sensing, setWish],
  );

  const point = useCallback(
    (to: Point) => {
      const { wish: before, state: senses } = now.current;
      const said = moving.current?.said ?? saidBy(before.pointedBy, senses);
      if (moving.current) window.clearTimeout(moving.current.timer);
      const timer = window.setTimeout(() => {
        moving.current = null;
        for (const { sense, felt } of said) sensing.correct(sense, felt, to);
      }, REST_MS);
      moving.current = { timer, said };
      byHand(to);
    },
    [byHand, sensing],
  );

  const textQuestion = wish.pointedBy === "text" ? questionIn(wish.sensed) : null;
  return {
    sensing,
    state,
    question: wish.pointedBy === "hand" ? null : (textQuestion ?? state.question),
    point,
    correct: (sense, to) => {
      const { answer } = state[sense];
      const felt = answer ? feltOf(answer) : null;
      byHand(to);
      if (felt) sensing.correct(sense, felt, to);
    },
    answer: (choice) => {
      const to = pointOf(choice);
      const inText = textQuestion && wish.sensed;
      const said: Said[] = inText
        ? [{ sense: "text", felt: wish.sensed as Felt }]
        : saidBy(wish.pointedBy, state);
      byHand(to);
      for (const { sense, felt } of said) sensing.correct(sense, felt, to);
    },
  };
}
