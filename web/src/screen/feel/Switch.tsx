/** A switch with its label and a sentence about what it does. */

import { useId } from "react";

interface SwitchProps {
  label: string;
  note: string;
  on: boolean;
  onChange(on: boolean): void;
}

export function Switch({ label, note, on, onChange }: SwitchProps) {
  const noteId = useId();
  return (
    <div className="switch">
      <button
        type="button"
        role="switch"
        aria-checked={on}
        aria-describedby={noteId}
        onClick={() => onChange(!on)}
      >
        <span className="switch-track" aria-hidden="true" />
        {label}
      </button>
      <p id={noteId} className="note">
        {note}
      </p>
    </div>
  );
}
