/** One choice out of several, as chips over native radio buttons. */

import { useId } from "react";
import type { ReactNode } from "react";

export interface Option<T> {
  value: T;
  label: string;
  icon?: ReactNode;
}

interface ChoiceProps<T> {
  legend: string;
  options: readonly Option<T>[];
  value: T;
  onChange(value: T): void;
  /** Extra line under the chips, read with them. */
  note?: string | undefined;
  className?: string;
}

export function Choice<T extends string | number | null>(props: ChoiceProps<T>) {
  const name = useId();
  const noteId = useId();
  return (
    <fieldset
      className={`choice ${props.className ?? ""}`}
      aria-describedby={props.note ? noteId : undefined}
    >
      <legend>{props.legend}</legend>
      <div className="chips">
        {props.options.map((option) => (
          <label key={String(option.value)} className="chip">
            <input
              type="radio"
              name={name}
              data-value={option.value ?? ""}
              checked={option.value === props.value}
              onChange={() => props.onChange(option.value)}
            />
            <span>
              {option.icon}
              {option.label}
            </span>
          </label>
        ))}
      </div>
      {props.note && (
        <p id={noteId} className="note">
          {props.note}
        </p>
      )}
    </fieldset>
  );
}
