/** Several takes of one request: listen to each, keep one. */

import { useState } from "react";
import { withToken } from "../../api/token";
import type { Piece } from "../../api/types";
import { WHO_LISTENS } from "../../model/heard";
import { musical } from "../stage/musical";
import { HeardPoints } from "../stage/HeardPoints";
import { clock } from "./clock";

interface TakesProps {
  takes: readonly Piece[];
  onPreview(): void;
  /** Keeps these and throws the others away. */
  onKeep(kept: readonly Piece[]): void;
}

export function Takes({ takes, onPreview, onKeep }: TakesProps) {
  const [listening, setListening] = useState<string | null>(null);
  return (
    <section className="takes" aria-labelledby="takes-title">
      <div className="row-between">
        <h3 id="takes-title">Takes: which one stays?</h3>
        <button type="button" className="small" onClick={() => onKeep(takes)}>
          Keep all
        </button>
      </div>
      <ol>
        {takes.map((take, index) => (
          <li key={take.id} className="take">
            <div>
              <h4>Take {index + 1}</h4>
              <p className="quiet">
                {[clock(take.seconds), musical(take.key), `${Math.round(take.tempo_bpm)} bpm`].join(
                  " · ",
                )}
              </p>
            </div>
            <HeardPoints asked={take.requested} heard={take.heard} />
            <div className="piece-tools">
              <button
                type="button"
                className="small"
                aria-expanded={listening === take.id}
                onClick={() => {
                  if (listening !== take.id) onPreview();
                  setListening(listening === take.id ? null : take.id);
                }}
              >
                {listening === take.id ? "Close player" : "Listen"}
                <span className="sr"> (take {index + 1})</span>
              </button>
              <button
                type="button"
                className="small"
                data-take={index + 1}
                onClick={() => onKeep([take])}
              >
                Keep this one
                <span className="sr"> (take {index + 1})</span>
              </button>
            </div>
            {listening === take.id && (
              // Music without words needs no captions.
              <audio
                controls
                autoPlay
                src={withToken(take.files.mp3)}
                aria-label={`Take ${index + 1}`}
              />
            )}
          </li>
        ))}
      </ol>
      <p className="note">{WHO_LISTENS}</p>
    </section>
  );
}
