/** Microphone, camera and what they tell, as React state. */

import { useEffect, useState, useSyncExternalStore } from "react";
import { Sensing } from "../senses/sensing";
import type { SensingEvents, SensingState } from "../senses/sensing";

export function useSensing(
  events: SensingEvents,
  stationId: string | null,
): [Sensing, SensingState] {
  const [sensing] = useState(() => new Sensing());
  const state = useSyncExternalStore(sensing.subscribe, sensing.snapshot);
  useEffect(() => {
    sensing.events = events;
  });
  useEffect(() => sensing.setStation(stationId), [sensing, stationId]);
  const on = isOn(state);
  // The tab shows it as well, for a page that lies behind others.
  useEffect(() => {
    document.title = on ? "● Affetto" : "Affetto";
  }, [on]);
  return [sensing, state];
}

export const isOn = (state: SensingState): boolean =>
  state.voice.sensor === "on" || state.face.sensor === "on";
