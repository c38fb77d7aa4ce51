/** The lead sheet, engraved in the page; loaded only when one is opened. */

import { OpenSheetMusicDisplay } from "opensheetmusicdisplay";
import { useEffect, useRef, useState } from "react";

type State = "drawing" | "done" | "failed";

interface LeadSheetProps {
  address: string;
  title: string;
}

export default function LeadSheet({ address, title }: LeadSheetProps) {
  const paper = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<State>("drawing");

  useEffect(() => {
    const target = paper.current;
    if (!target) return;
    let current = true;
    const display = new OpenSheetMusicDisplay(target, {
      backend: "svg",
      autoResize: true,
      drawTitle: false,
      drawPartNames: false,
      drawingParameters: "compacttight",
    });
    void (async () => {
      const response = await fetch(address);
      if (!response.ok) throw new Error(String(response.status));
      const score = await response.text();
      if (!current) return;
      await display.load(score);
      if (!current) return;
      display.zoom = target.clientWidth < 500 ? 0.7 : 0.85;
      display.render();
      setState("done");
    })().catch(() => current && setState("failed"));
    return () => {
      current = false;
      display.clear();
      target.replaceChildren();
    };
  }, [address]);

  return (
    <div className="lead-sheet" data-state={state}>
      {state === "drawing" && <p className="note">Drawing the lead sheet…</p>}
      {state === "failed" && (
        <p className="note" role="alert">
          The lead sheet could not be drawn; its file can still be opened with a notation program.
        </p>
      )}
      <div ref={paper} className="paper" role="img" aria-label={`Lead sheet of ${title}`} />
      <p>
        <a href={address} download>
          Lead sheet as MusicXML
        </a>
      </p>
    </div>
  );
}
