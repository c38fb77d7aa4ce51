/** Keeping music: the last minutes, a new piece, and everything kept so far. */

import { useState } from "react";
import { ApiError, api } from "../../api/client";
import type { Piece } from "../../api/types";
import { compact, newSeed } from "../../model/wish";
import type { FullRequest } from "../../model/wish";
import { Choice } from "../frame/Choice";
import { Problem, useBusy } from "../frame/Notice";
import { PieceCard } from "./PieceCard";
import { Takes } from "./Takes";

const MINUTES = [1, 3, 5, 10, 30];
const LENGTHS = [
  { value: 30, label: "30 s" },
  { value: 60, label: "1 min" },
  { value: 120, label: "2 min" },
  { value: 180, label: "3 min" },
];

const TAKES = [1, 2, 3, 4];

/** Pieces in the list before it is opened wholly. */
const SHOWN = 6;

interface KeepProps {
  stationId: string | null;
  request: FullRequest;
  /** Most minutes that can be kept. */
  maxMinutes: number;
  pieces: readonly Piece[];
  onPiece(piece: Piece): void;
  onRemoved(pieceId: string): void;
  /** Quiets the station while a kept piece is heard. */
  onPreview(): void;
}

export function Keep(props: KeepProps) {
  const [minutes, setMinutes] = useState(3);
  const [seconds, setSeconds] = useState(60);
  const [chords, setChords] = useState("");
  const [count, setCount] = useState(1);
  const [takes, setTakes] = useState<readonly Piece[]>([]);
  const [progress, setProgress] = useState("");
  const [saving, duringSave] = useBusy();
  const [composing, duringCompose] = useBusy();
  const [problem, setProblem] = useState<ApiError | null>(null);

  const [all, setAll] = useState(false);
  const shown = all ? props.pieces : props.pieces.slice(0, SHOWN);

  const settle = async (work: Promise<Piece>, during: typeof duringSave): Promise<void> => {
    setProblem(null);
    try {
      props.onPiece(await during(work));
    } catch (error) {
      if (error instanceof ApiError) setProblem(error);
    }
  };
  const save = (): void => {
    if (props.stationId) void settle(api.saveStation(props.stationId, minutes), duringSave);
  };
  const compose = (): void => {
    const given = chords.trim();
    const request = {
      ...compact(props.request),
      seconds,
      ...(given ? { chords: given } : {}),
    };
    const seed = newSeed();
    if (count === 1) {
      void settle(api.composePiece({ ...request, seed }), duringCompose);
    } else {
      void composeTakes((take) => api.composePiece({ ...request, seed: seed + take }));
    }
  };
  /** One after the other, so that the first can be heard while the next is composed. */
  const composeTakes = async (take: (number: number) => Promise<Piece>): Promise<void> => {
    setProblem(null);
    // Takes that nobody chose among stay as pieces.
    takes.forEach(props.onPiece);
    setTakes([]);
    try {
      for (let number = 0; number < count; number++) {
        setProgress(`Composing take ${number + 1} of ${count}…`);
        const piece = await duringCompose(take(number));
        setTakes((made) => [...made, piece]);
      }
    } catch (error) {
      if (error instanceof ApiError) setProblem(error);
    }
    setProgress("");
  };
  const keepTakes = (kept: readonly Piece[]): void => {
    setTakes([]);
    kept.forEach(props.onPiece);
    for (const piece of takes.filter((take) => !kept.includes(take))) {
      // One that cannot be thrown away is thrown away by the server when others come.
      void api.removePiece(piece.id).catch(() => undefined);
    }
  };

  return (
    <section className="card keep" aria-labelledby="keep-title">
      <h2 id="keep-title">Keep some of it</h2>
      <div className="keep-forms">
        <div>
          <Choice<number>
            legend="The last"
            options={MINUTES.filter((value) => value <= props.maxMinutes).map((value) => ({
              value,
              label: `${value} min`,
            }))}
            value={minutes}
            onChange={setMinutes}
          />
          <button
            type="button"
            id="save"
            className="primary"
            disabled={!props.stationId || saving}
            onClick={save}
          >
            {saving ? "Keeping…" : "Keep what I just heard"}
          </button>
          {!props.stationId && <p className="note">Play something first.</p>}
        </div>
        <div>
          <Choice<number>
            legend="A new piece of"
            options={LENGTHS}
            value={seconds}
            onChange={setSeconds}
          />
          <label className="field">
            Chords, if you want your own
            <input
              type="text"
              value={chords}
              placeholder="Am F C G"
              maxLength={200}
              onChange={(event) => setChords(event.target.value)}
            />
          </label>
          <Choice<number>
            legend="Takes to choose from"
            options={TAKES.map((value) => ({ value, label: `${value}` }))}
            value={count}
            onChange={setCount}
          />
          <button
            type="button"
            className="primary"
            disabled={composing || progress !== ""}
            onClick={compose}
          >
            {progress || (composing ? "Composing…" : "Compose a piece")}
          </button>
        </div>
      </div>
      {problem && <Problem problem={problem} onDismiss={() => setProblem(null)} />}
      {takes.length > 0 && <Takes takes={takes} onPreview={props.onPreview} onKeep={keepTakes} />}
      <p className="sr" role="status">
        {progress || (props.pieces[0] ? `Kept: ${props.pieces[0].title}` : "")}
      </p>
      <ul className="pieces">
        {shown.map((piece) => (
          <PieceCard
            key={piece.id}
            piece={piece}
            onPreview={props.onPreview}
            onPiece={props.onPiece}
            onRemove={() => {
              void api
                .removePiece(piece.id)
                .then(() => props.onRemoved(piece.id))
                .catch((error: unknown) => error instanceof ApiError && setProblem(error));
            }}
          />
        ))}
      </ul>
      {shown.length < props.pieces.length && (
        <button type="button" className="small" onClick={() => setAll(true)}>
          Show all {props.pieces.length}
        </button>
      )}
    </section>
  );
}
