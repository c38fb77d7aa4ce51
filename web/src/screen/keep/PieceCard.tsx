/** A kept piece: what it is, its files, a player and its lead sheet. */

import { Suspense, lazy, useState } from "react";
import { withToken } from "../../api/token";
import type { Files, Piece } from "../../api/types";
import { Face } from "../feel/Face";
import { Icon } from "../frame/Icon";
import { HeardPoints } from "../stage/HeardPoints";
import { musical } from "../stage/musical";
import { Redo } from "./Redo";
import { clock } from "./clock";

const LeadSheet = lazy(() => import("./LeadSheet"));

const FILES: readonly [keyof Files, string][] = [
  ["mid", "MIDI"],
  ["musicxml", "MusicXML"],
  ["wav", "WAV"],
  ["flac", "FLAC"],
  ["opus", "Opus"],
  ["mp3", "MP3"],
  ["stems", "Stems"],
];

interface PieceCardProps {
  piece: Piece;
  onPreview(): void;
  /** Takes the piece with bars composed anew. */
  onPiece(piece: Piece): void;
  onRemove(): void;
}

export function PieceCard({ piece, onPreview, onPiece, onRemove }: PieceCardProps) {
  const [listening, setListening] = useState(false);
  const [sheet, setSheet] = useState(false);
  const [changing, setChanging] = useState(false);
  const facts = [
    clock(piece.seconds),
    `${piece.bars} bars`,
    musical(piece.key),
    `${Math.round(piece.tempo_bpm)} bpm`,
    piece.genre,
  ];
  return (
    <li className="piece">
      <div className="piece-head">
        <Face mood={piece.heard ?? piece.requested} />
        <div>
          <h3>{piece.title}</h3>
          <p className="quiet">{facts.join(" · ")}</p>
        </div>
        <button
          type="button"
          className="plain"
          aria-label={`Throw away ${piece.title}`}
          onClick={onRemove}
        >
          <Icon name="bin" />
        </button>
      </div>
      <HeardPoints asked={piece.requested} heard={piece.heard} />
      <ul className="files" aria-label={`Files of ${piece.title}`}>
        {FILES.map(([key, label]) => (
          <li key={key}>
            <a href={withToken(piece.files[key])} download data-file={key}>
              {label}
            </a>
          </li>
        ))}
      </ul>
      <div className="piece-tools">
        <button
          type="button"
          className="small"
          aria-expanded={listening}
          onClick={() => {
            if (!listening) onPreview();
            setListening(!listening);
          }}
        >
          {listening ? "Close player" : "Listen"}
        </button>
        <button
          type="button"
          className="small"
          aria-expanded={sheet}
          onClick={() => setSheet(!sheet)}
        >
          {sheet ? "Close lead sheet" : "Lead sheet"}
        </button>
        <button
          type="button"
          className="small"
          aria-expanded={changing}
          onClick={() => setChanging(!changing)}
        >
          {changing ? "Leave as it is" : "Change some bars"}
        </button>
      </div>
      {changing && (
        <Redo
          piece={piece}
          onPiece={(changed) => {
            setChanging(false);
            onPiece(changed);
          }}
        />
      )}
      {listening && (
        // Music without words needs no captions.
        <audio controls autoPlay src={withToken(piece.files.mp3)} aria-label={piece.title} />
      )}
      {sheet && (
        <Suspense fallback={<p className="note">Getting pen and paper…</p>}>
          <LeadSheet address={withToken(piece.files.lead_sheet)} title={piece.title} />
        </Suspense>
      )}
    </li>
  );
}
