/** Bars of a kept piece composed anew: which, and who keeps what they play. */

import { useState } from "react";
import { ApiError, api } from "../../api/client";
import type { Piece } from "../../api/types";
import { newSeed } from "../../model/wish";
import { Problem, useBusy } from "../frame/Notice";

interface RedoProps {
  piece: Piece;
  onPiece(piece: Piece): void;
}

export function Redo({ piece, onPiece }: RedoProps) {
  const [from, setFrom] = useState(1);
  const [to, setTo] = useState(Math.min(4, piece.bars));
  const [keep, setKeep] = useState<readonly string[]>([]);
  const [composing, duringCompose] = useBusy();
  const [problem, setProblem] = useState<ApiError | null>(null);

  const canKeep = piece.roles.length > 1;
  const everything = canKeep && keep.length === piece.roles.length;
  const valid = from >= 1 && from <= to && to <= piece.bars && !everything;

  const compose = async (): Promise<void> => {
    setProblem(null);
    try {
      const request = { bars: `${from}-${to}`, keep: [...keep], seed: newSeed() };
      onPiece(await duringCompose(api.redoPiece(piece.id, request)));
    } catch (error) {
      if (error instanceof ApiError) setProblem(error);
    }
  };
  const bar = (label: string, value: number, onChange: (bar: number) => void) => (
    <label>
      {label}
      <input
        type="number"
        min={1}
        max={piece.bars}
        value={Number.isNaN(value) ? "" : value}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
    </label>
  );
  return (
    <form
      className="redo"
      aria-label={`Change bars of ${piece.title}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (valid && !composing) void compose();
      }}
    >
      <div className="redo-bars">
        {bar("From bar", from, setFrom)}
        {bar("to bar", to, setTo)}
        <span className="quiet">of {piece.bars}</span>
      </div>
      {canKeep && (
        <fieldset>
          <legend>Leave as they are</legend>
          {piece.roles.map((role) => (
            <label key={role}>
              <input
                type="checkbox"
                checked={keep.includes(role)}
                onChange={(event) =>
                  setKeep(
                    event.target.checked ? [...keep, role] : keep.filter((one) => one !== role),
                  )
                }
              />
              {role}
            </label>
          ))}
        </fieldset>
      )}
      <button type="submit" className="primary" disabled={!valid || composing}>
        {composing ? "Composing…" : "Compose these bars anew"}
      </button>
      <p className="note">The piece stays; the one with new bars comes beside it.</p>
      {problem && <Problem problem={problem} onDismiss={() => setProblem(null)} />}
    </form>
  );
}
