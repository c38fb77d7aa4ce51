/** A MIDI file to be continued: dropped anywhere on the page, or chosen. */

import { useCallback, useEffect, useState } from "react";
import { ApiError, api } from "../../api/client";
import { isMidi, primerWords, toBase64 } from "../../model/primer";
import type { Primer } from "../../model/primer";
import { FileDrop } from "../feel/FileDrop";
import { Icon } from "../frame/Icon";
import { Problem } from "../frame/Notice";

interface PrimerDropProps {
  primer: Primer | null;
  /** Largest file in bytes. */
  maxBytes: number;
  /** Whether the writer that is chosen continues it. */
  isUsed: boolean;
  onPrimer(primer: Primer | null): void;
}

/** The first MIDI file that is dragged or dropped, if there is one. */
const midiOf = (event: DragEvent): File | undefined =>
  [...(event.dataTransfer?.files ?? [])].find(isMidi);

const carriesFile = (event: DragEvent): boolean =>
  event.dataTransfer?.types.includes("Files") ?? false;

export function PrimerDrop({ primer, maxBytes, isUsed, onPrimer }: PrimerDropProps) {
  const [problem, setProblem] = useState<ApiError | null>(null);

  const take = useCallback(
    async (file: File): Promise<void> => {
      setProblem(null);
      if (file.size > maxBytes) {
        const message = `${file.name} has ${file.size} bytes, expected at most ${maxBytes}`;
        setProblem(new ApiError(413, "too_large", message, "Give a shorter MIDI file.", null));
        return;
      }
      try {
        const facts = await api.checkPrimer(file);
        const midi = toBase64(new Uint8Array(await file.arrayBuffer()));
        onPrimer({ name: file.name, midi, ...facts });
      } catch (error) {
        if (error instanceof ApiError) setProblem(error);
      }
    },
    [maxBytes, onPrimer],
  );

  // The page is one large place to drop a MIDI file, but for the places that take other files.
  useEffect(() => {
    const onOver = (event: DragEvent): void => {
      if (carriesFile(event)) event.preventDefault();
    };
    const onDrop = (event: DragEvent): void => {
      const file = midiOf(event);
      if (event.defaultPrevented || !file) return;
      event.preventDefault();
      void take(file);
    };
    window.addEventListener("dragover", onOver);
    window.addEventListener("drop", onDrop);
    return () => {
      window.removeEventListener("dragover", onOver);
      window.removeEventListener("drop", onDrop);
    };
  }, [take]);

  return (
    <div className="primer" role="group" aria-label="Melody to continue">
      {primer ? (
        <p className="primer-file">
          <Icon name="file" />
          <span>
            Goes on from <b>{primer.name}</b>{" "}
            <span className="quiet">
              ({primerWords(primer)}
              {isUsed ? "" : "; only the neural writer uses it"})
            </span>
          </span>
          <button
            type="button"
            className="plain"
            aria-label={`Remove ${primer.name}`}
            onClick={() => onPrimer(null)}
          >
            <Icon name="close" />
          </button>
        </p>
      ) : (
        <FileDrop
          label="Continue a MIDI file: drop or choose one"
          accept=".mid,.midi,audio/midi"
          maxBytes={maxBytes}
          onFile={(file) => void take(file)}
        />
      )}
      <p className="sr" role="status">
        {primer ? `The music goes on from ${primer.name}, ${primerWords(primer)}.` : ""}
      </p>
      {problem && <Problem problem={problem} onDismiss={() => setProblem(null)} />}
    </div>
  );
}
