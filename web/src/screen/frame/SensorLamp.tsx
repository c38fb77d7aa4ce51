/** Shows at all times which sensor is on, and switches them all off with one click. */

import type { SensingState, SensorState } from "../../senses/sensing";
import type { IconName } from "./Icon";
import { Icon } from "./Icon";

interface SensorLampProps {
  state: SensingState;
  onAllOff(): void;
}

const NAMES: readonly ["voice" | "face", IconName, string][] = [
  ["voice", "microphone", "Microphone"],
  ["face", "camera", "Camera"],
];

const WORDS: Record<SensorState, string> = {
  off: "off",
  asking: "asked for",
  on: "on",
  paused: "paused",
};

/** Which sensors are on, in words; empty while none is. */
export function sensorsInWords(state: SensingState): string {
  return NAMES.filter(([sense]) => state[sense].sensor !== "off")
    .map(([sense, , name]) => `${name} ${WORDS[state[sense].sensor]}`)
    .join(", ");
}

export function SensorLamp({ state, onAllOff }: SensorLampProps) {
  const shown = NAMES.filter(([sense]) => state[sense].sensor !== "off");
  if (shown.length === 0) return null;
  return (
    <div className="lamp" role="region" aria-label="Sensors">
      <span className="lamp-dot" aria-hidden="true" />
      {shown.map(([sense, icon, name]) => (
        <span key={sense} className="lamp-sensor">
          <Icon name={icon} />
          <span>
            {name} {WORDS[state[sense].sensor]}
          </span>
        </span>
      ))}
      <button type="button" className="lamp-off" onClick={onAllOff}>
        Switch off
        <span className="sr"> all sensors</span>
      </button>
    </div>
  );
}
