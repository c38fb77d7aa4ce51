/** A place to drop a file, which is also a button to choose one. */

import { useId, useState } from "react";
import type { DragEvent } from "react";
import { Icon } from "../frame/Icon";

interface FileDropProps {
  label: string;
  accept: string;
  /** Largest file in bytes. */
  maxBytes: number;
  onFile(file: File): void;
}

const inMegabytes = (bytes: number): string => `${Math.max(1, Math.round(bytes / 2 ** 20))} MB`;

export function FileDrop({ label, accept, maxBytes, onFile }: FileDropProps) {
  const id = useId();
  const [over, setOver] = useState(false);
  const [tooBig, setTooBig] = useState<string | null>(null);
  const take = (file: File | undefined): void => {
    if (!file) return;
    const fits = file.size <= maxBytes;
    setTooBig(fits ? null : `${file.name} has ${inMegabytes(file.size)}`);
    if (fits) onFile(file);
  };
  const onDrag = (event: DragEvent): void => {
    event.preventDefault();
    setOver(event.type === "dragover");
    if (event.type === "drop") take(event.dataTransfer.files[0]);
  };
  return (
    <div
      className={`file-drop ${over ? "over" : ""}`}
      onDragOver={onDrag}
      onDragLeave={onDrag}
      onDrop={onDrag}
    >
      <label htmlFor={id}>
        <Icon name="file" />
        <span>{label}</span>
        <input
          id={id}
          type="file"
          accept={accept}
          onChange={(event) => {
            take(event.target.files?.[0]);
            // The same file may be chosen again.
            event.target.value = "";
          }}
        />
      </label>
      {tooBig && (
        <p className="note" role="alert">
          {tooBig}; at most {inMegabytes(maxBytes)} can be taken in.
        </p>
      )}
    </div>
  );
}
