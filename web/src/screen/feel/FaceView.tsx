/** A mirror, a photo or a video, with a box around each face that was found. */

import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { feelingAt } from "../../model/feelings";
import { feltOf } from "../../senses/types";
import type { SeenFace } from "../../senses/types";

/** What is looked at. */
export type View =
  | { kind: "none" }
  | { kind: "mirror"; stream: MediaStream }
  | { kind: "photo"; address: string }
  | { kind: "video"; address: string };

interface FaceViewProps {
  view: View;
  faces: readonly SeenFace[];
  /** Shown while there is nothing to look at. */
  children: ReactNode;
}

interface Size {
  width: number;
  height: number;
}

export function FaceView({ view, faces, children }: FaceViewProps) {
  const [size, setSize] = useState<Size>({ width: 4, height: 3 });
  return (
    <div className="face-view" data-kind={view.kind}>
      {view.kind === "none" && <div className="face-view-empty">{children}</div>}
      {view.kind === "mirror" && <Mirror stream={view.stream} onSize={setSize} />}
      {view.kind === "photo" && (
        <img
          src={view.address}
          alt="The photo that you chose"
          onLoad={({ currentTarget: image }) =>
            setSize({ width: image.naturalWidth, height: image.naturalHeight })
          }
        />
      )}
      {view.kind === "video" && (
        <video
          src={view.address}
          controls
          muted
          playsInline
          aria-label="The video that you chose"
        />
      )}
      {(view.kind === "mirror" || view.kind === "photo") && (
        <Boxes faces={faces} size={size} mirrored={view.kind === "mirror" ? "mirrored" : ""} />
      )}
    </div>
  );
}

function Mirror({ stream, onSize }: { stream: MediaStream; onSize(size: Size): void }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = stream;
    return () => {
      element.srcObject = null;
    };
  }, [stream]);
  return (
    <video
      ref={video}
      className="mirrored"
      autoPlay
      muted
      playsInline
      aria-label="What the camera sees, as in a mirror"
      onLoadedMetadata={({ currentTarget: shown }) =>
        onSize({ width: shown.videoWidth, height: shown.videoHeight })
      }
    />
  );
}

interface BoxesProps {
  faces: readonly SeenFace[];
  size: Size;
  mirrored: "mirrored" | "";
}

/** The picture fills its place as far as its shape allows; so do the boxes. */
function Boxes({ faces, size, mirrored }: BoxesProps) {
  const { width, height } = size;
  const letters = Math.max(width, height) / 22;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {faces.map((face, i) => {
        const x = (mirrored ? 1 - face.x - face.width : face.x) * width;
        const y = face.y * height;
        const felt = feltOf(face);
        return (
          <g key={i} className="face-box">
            <rect
              x={x}
              y={y}
              width={face.width * width}
              height={face.height * height}
              rx={letters / 2}
            />
            {felt && (
              <text x={x} y={Math.max(letters, y - letters / 3)} fontSize={letters}>
                {feelingAt(felt)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
