/** The composed station: its state, how it starts and stops, and what it is told. */

import { useEffect, useMemo, useSyncExternalStore } from "react";
import { requestOf } from "../model/wish";
import type { FullRequest, Wish } from "../model/wish";
import { wishOf } from "../session/history";
import type { Played } from "../session/history";
import type { Session, SessionState } from "../session/session";
import type { History } from "./useHistory";

/** A change is sent when it has rested this long. */
const SETTLE_MS = 220;

export interface StationControl {
  state: SessionState;
  request: FullRequest;
  /** Whether it plays, or is about to. */
  active: boolean;
  start(): void;
  toggle(): void;
  /** Plays something like an earlier entry; the wish that it makes. */
  again(entry: Played): Wish;
}

export const isActive = ({ phase }: SessionState): boolean =>
  phase !== "idle" && phase !== "paused";

export function useSessionState(session: Session): SessionState {
  return useSyncExternalStore(session.subscribe, session.snapshot);
}

export function useStation(session: Session, wish: Wish, { note }: History): StationControl {
  const state = useSessionState(session);
  const request = useMemo(() => requestOf(wish), [wish]);
  const active = isActive(state);

  // While a station plays, every change of mind is told to it as soon as it rests.
  const playing = state.phase === "playing";
  useEffect(() => {
    if (!playing) return;
    // The server steers the station itself while the continuous senses lead.
    if (wish.pointedBy === "senses") session.steered(request);
    const timer = setTimeout(() => {
      if (!session.differs(request)) return;
      void session.change(request);
      note(request, wish.point);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
    // `note`, the point and where it came from follow the request.
  }, [session, request, playing]);

  const start = (): void => {
    if (active) return;
    note(request, wish.point);
    if (state.station) void session.resume();
    else void session.play(request);
  };
  return {
    state,
    request,
    active,
    start,
    toggle: () => (active ? session.pause() : start()),
    again: (entry) => {
      const next = wishOf(entry);
      void session.play(requestOf(next));
      return next;
    },
  };
}
