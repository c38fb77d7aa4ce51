/** Show: the camera with a mirror, a photo, a video, or looking all the time. */

import { useEffect, useState } from "react";
import type { Point } from "../../api/types";
import type { Theme } from "../../model/color";
import type { Sensing, SensingState } from "../../senses/sensing";
import { Icon } from "../frame/Icon";
import { HelpNote } from "../frame/Notice";
import { FaceView } from "./FaceView";
import type { View } from "./FaceView";
import { FileDrop } from "./FileDrop";
import { Switch } from "./Switch";
import { Understood } from "./Understood";

interface ShowProps {
  sensing: Sensing;
  state: SensingState;
  maxBytes: number;
  theme: Theme;
  onCorrect(point: Point): void;
}

interface Chosen {
  kind: "photo" | "video";
  address: string;
}

export function Show({ sensing, state, maxBytes, theme, onCorrect }: ShowProps) {
  const { face } = state;
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const address = chosen?.address;
  useEffect(() => () => void (address && URL.revokeObjectURL(address)), [address]);
  const on = face.sensor === "on";
  const stream = on ? sensing.cameraView() : null;
  const view: View = stream ? { kind: "mirror", stream } : (chosen ?? { kind: "none" });

  const take = (file: File): void => {
    const kind = file.type.startsWith("video/") ? "video" : "photo";
    sensing.switchOff("face");
    setChosen({ kind, address: URL.createObjectURL(file) });
    void (kind === "video" ? sensing.readVideo(file) : sensing.readPicture(file));
  };
  const toggle = (): void => {
    setChosen(null);
    if (on) sensing.switchOff("face");
    else void sensing.switchOn("face");
  };

  return (
    <section className="sense sense-show" aria-label="Show">
      <FaceView view={view} faces={face.answer?.faces ?? []}>
        <Icon name="camera" />
        <p>{face.sensor === "paused" ? "The camera waits." : "The camera is off."}</p>
      </FaceView>
      <div className="sense-side">
        <div className="sense-controls">
          <button
            type="button"
            className="primary record"
            disabled={face.sensor === "asking"}
            onClick={toggle}
          >
            <Icon name={on ? "off" : "camera"} />
            {on ? "Switch camera off" : "Switch camera on"}
          </button>
          {on && (
            <button
              type="button"
              className="small"
              disabled={face.busy || face.continuous}
              onClick={() => void sensing.lookOnce()}
            >
              Look once
            </button>
          )}
          <FileDrop
            label="or choose a photo or video"
            accept="image/png,image/jpeg,image/webp,video/*"
            maxBytes={maxBytes}
            onFile={take}
          />
        </div>
        <Switch
          label="Keep looking"
          note={
            face.continuous && state.link !== "on"
              ? "Connecting…"
              : "Your face steers the playing music until you switch this off."
          }
          on={face.continuous}
          onChange={(continuous) => {
            setChosen(null);
            void sensing.setContinuous("face", continuous);
          }}
        />
        {face.help && <HelpNote help={face.help} />}
      </div>
      <div
        className="sense-result"
        data-continuous={face.continuous}
        aria-busy={face.busy && !face.continuous}
      >
        {face.busy && !face.continuous ? (
          <p className="quiet">Looking at it…</p>
        ) : face.answer ? (
          <Understood sense="face" answer={face.answer} theme={theme} onCorrect={onCorrect} />
        ) : (
          <p className="quiet">Look into the camera as you feel; there is no need to act.</p>
        )}
      </div>
    </section>
  );
}
