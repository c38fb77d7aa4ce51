/** When the music shall end by itself. */

import type { SleepTimer } from "../../hooks/useSleepTimer";
import { Icon } from "../frame/Icon";

const SLEEP_MINUTES = [5, 15, 30, 45, 60, 90];

export function SleepSelect({ sleep }: { sleep: SleepTimer }) {
  return (
    <label className="sleep">
      <Icon name="moon" />
      <span className="sr">Sleep timer</span>
      <select
        value={sleep.left === null ? "" : "on"}
        onChange={(event) => {
          const value = event.target.value;
          if (value !== "on") sleep.set(value === "" ? null : Number(value));
        }}
      >
        <option value="">no end</option>
        {sleep.left !== null && <option value="on">{sleep.left} min left</option>}
        {SLEEP_MINUTES.map((minutes) => (
          <option key={minutes} value={minutes}>
            stop after {minutes} min
          </option>
        ))}
      </select>
    </label>
  );
}
