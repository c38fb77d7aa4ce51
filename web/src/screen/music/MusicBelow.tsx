/** The music view below the mood: why it sounds so, what is kept of it, and what played before. */

import type { Options } from "../../api/types";
import type { History } from "../../hooks/useHistory";
import type { Pieces } from "../../hooks/usePieces";
import type { StationControl } from "../../hooks/useStation";
import type { Wish } from "../../model/wish";
import type { Played } from "../../session/history";
import type { Session } from "../../session/session";
import { Before } from "../keep/Before";
import { Keep } from "../keep/Keep";
import { Why } from "../why/Why";

interface MusicBelowProps {
  session: Session;
  control: StationControl;
  options: Options | null;
  pieces: Pieces;
  history: History;
  wish: Wish;
  /** Whether the view is in sight. */
  shown: boolean;
  onChange(change: Partial<Wish>): void;
  /** Quiets everything else while a kept piece is heard. */
  onPreview(): void;
  onAgain(entry: Played): void;
}

export function MusicBelow(props: MusicBelowProps) {
  const { session, control, options, pieces, history, shown } = props;
  const { station } = control.state;
  return (
    // Out of sight it stays, so that takes that are being composed are not lost.
    <div className="below" hidden={!shown}>
      {station && options && (
        <Why
          session={session}
          cues={options.cues}
          offsets={props.wish.cues}
          active={control.active && shown}
          onChange={(cues) => props.onChange({ cues })}
        />
      )}
      {options && (
        <Keep
          stationId={station?.id ?? null}
          request={control.request}
          maxMinutes={options.limits.save_max_minutes}
          pieces={pieces.pieces}
          onPiece={pieces.add}
          onRemoved={pieces.remove}
          onPreview={props.onPreview}
        />
      )}
      <Before played={history.played} onAgain={props.onAgain} onForget={history.forget} />
    </div>
  );
}
