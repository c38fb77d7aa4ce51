/** The list of keyboard shortcuts. */

import { useEffect, useRef } from "react";
import { Icon } from "./Icon";

const KEYS: readonly [string, string][] = [
  ["Space", "play or pause; with nothing to play in Songs, find songs"],
  ["M", "sound off and on"],
  ["F", "go to the point on the plane"],
  ["← → ↑ ↓", "move the point (with Shift: in small steps)"],
  ["+ − 0", "on the map of the library: larger, smaller, whole"],
  ["E", "write how you feel"],
  ["S", "keep the last minutes as a piece"],
  ["T", "light or dark"],
  ["?", "this list"],
];

interface KeysDialogProps {
  open: boolean;
  onClose(): void;
}

export function KeysDialog({ open, onClose }: KeysDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="keys" onClose={onClose} aria-labelledby="keys-title">
      <div className="row-between">
        <h2 id="keys-title">Keys</h2>
        <button type="button" className="plain" onClick={onClose} aria-label="Close">
          <Icon name="close" />
        </button>
      </div>
      <dl>
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
