/** All songs on the valence–arousal plane, moved and enlarged by pointer and keys. */

import { useEffect, useRef, useState } from "react";
import type { CSSProperties, KeyboardEvent, PointerEvent, RefObject } from "react";
import type { Theme } from "../../model/color";
import type { MapIndex } from "../../model/mapIndex";
import { WHOLE, keyed } from "../../model/mapView";
import type { Spot } from "../../model/mapView";
import { songName } from "../../model/songs";
import { useSongName } from "../../hooks/useSongName";
import { Icon } from "../frame/Icon";
import { MapPicture } from "./mapPicture";
import type { MapSet } from "./mapPicture";

/** A press that moves less than this is a click. */
const CLICK_PX = 5;
const WHEEL_ZOOM = 0.0022;
const BUTTON_ZOOM = 1.6;

interface LibraryMapProps {
  index: MapIndex;
  set: MapSet | null;
  theme: Theme;
  onChoose(songId: number): void;
}

/** The song that is pointed at, and where its name is shown. */
interface Met {
  place: number;
  songId: number;
  spot: Spot;
}

function usePicture(props: LibraryMapProps): {
  canvas: RefObject<HTMLCanvasElement | null>;
  picture: RefObject<MapPicture | null>;
} {
  const { index, set, theme } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useRef<MapPicture | null>(null);
  useEffect(() => {
    if (!canvas.current) return;
    const made = new MapPicture(canvas.current);
    picture.current = made;
    return () => made.close();
  }, []);
  useEffect(() => picture.current?.show({ index, set, theme, met: -1 }), [index, set, theme]);
  return { canvas, picture };
}

/** Enlarges with the wheel while the map has the focus, so that the page still scrolls over it. */
function useWheel(
  canvas: RefObject<HTMLCanvasElement | null>,
  onWheel: (factor: number, at: Spot) => void,
): void {
  const latest = useRef(onWheel);
  useEffect(() => {
    latest.current = onWheel;
  });
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const listen = (event: WheelEvent): void => {
      const focused = element.parentElement === document.activeElement;
      if (!focused && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      latest.current(Math.exp(-event.deltaY * lines * WHEEL_ZOOM), spotIn(element, event));
    };
    element.addEventListener("wheel", listen, { passive: false });
    return () => element.removeEventListener("wheel", listen);
  }, [canvas]);
}

function spotIn(element: Element, event: { clientX: number; clientY: number }): Spot {
  const box = element.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

export function LibraryMap(props: LibraryMapProps) {
  const { index, onChoose } = props;
  const { canvas, picture } = usePicture(props);
  const [met, setMet] = useState<Met | null>(null);
  const song = useSongName(met?.songId ?? null);
  const name = met && song ? songName(song) : "…";
  const [byKeys, setByKeys] = useState(false);
  const [enlarged, setEnlarged] = useState(false);
  const drag = useRef<{ at: Spot; moved: number } | null>(null);

  /** Looks which song is near a spot, or near the middle. */
  const look = (spot: Spot | null): void => {
    const place = picture.current?.near(spot) ?? -1;
    const where = picture.current?.spotOf(place) ?? null;
    const songId = index.dots.ids[place];
    picture.current?.show({ met: place });
    setMet((before) => {
      if (!where || songId === undefined) return null;
      const same =
        before?.place === place && before.spot.x === where.x && before.spot.y === where.y;
      return same ? before : { place, songId, spot: where };
    });
  };
  const changed = (): void => setEnlarged((picture.current?.view.zoom ?? 1) > 1);
  const zoom = (factor: number, at: Spot | null = null): void => {
    picture.current?.zoom(factor, at);
    changed();
    look(at);
  };
  useWheel(canvas, zoom);

  const onDown = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return;
    drag.current = { at: spotIn(event.currentTarget, event), moved: 0 };
    event.currentTarget.setPointerCapture(event.pointerId);
    setByKeys(false);
    picture.current?.show({ crosshair: false });
  };
  const onMove = (event: PointerEvent<HTMLElement>): void => {
    const spot = spotIn(event.currentTarget, event);
    const held = drag.current;
    if (!held) return look(spot);
    const by = { x: spot.x - held.at.x, y: spot.y - held.at.y };
    held.moved += Math.hypot(by.x, by.y);
    held.at = spot;
    if (held.moved < CLICK_PX) return;
    picture.current?.pan(by);
    setMet(null);
  };
  const onUp = (event: PointerEvent<HTMLElement>): void => {
    const held = drag.current;
    drag.current = null;
    if (!held || held.moved >= CLICK_PX) return;
    const place = picture.current?.near(spotIn(event.currentTarget, event)) ?? -1;
    const songId = index.dots.ids[place];
    if (songId !== undefined) onChoose(songId);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !picture.current) return;
    if (event.key === "Enter" && met) {
      event.preventDefault();
      return onChoose(met.songId);
    }
    const view = keyed(picture.current.view, event.key);
    if (!view) return;
    event.preventDefault();
    setByKeys(true);
    picture.current.see(view);
    picture.current.show({ crosshair: true });
    changed();
    look(null);
  };
  const onBlur = (): void => {
    setByKeys(false);
    setMet(null);
    picture.current?.show({ crosshair: false, met: -1 });
  };
  const whole = (): void => {
    picture.current?.see(WHOLE);
    changed();
    setMet(null);
  };

  return (
    <div className="map-frame">
      <div
        className={`map ${enlarged ? "map-enlarged" : ""}`}
        role="application"
        aria-roledescription="map"
        aria-label="Map of the library: left unpleasant, right pleasant, up energetic, down quiet"
        aria-describedby="map-counts map-keys"
        tabIndex={0}
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerCancel={() => (drag.current = null)}
        onPointerLeave={() => !drag.current && !byKeys && look({ x: -99, y: -99 })}
        onKeyDown={onKey}
        onBlur={onBlur}
      >
        <canvas ref={canvas} aria-hidden="true" />
        {met && (
          <p
            className={`map-name ${met.spot.y < 60 ? "map-name-below" : ""}`}
            style={nameStyle(met)}
          >
            {name}
          </p>
        )}
      </div>
      <p className="sr" role="status" data-testid="map-met">
        {byKeys && met && song ? name : ""}
      </p>
      <div className="map-buttons" role="group" aria-label="Size of the map">
        <button
          type="button"
          className="plain"
          aria-label="Enlarge"
          onClick={() => zoom(BUTTON_ZOOM)}
        >
          <Icon name="plus" />
        </button>
        <button
          type="button"
          className="plain"
          aria-label="Make smaller"
          onClick={() => zoom(1 / BUTTON_ZOOM)}
        >
          <Icon name="minus" />
        </button>
        <button type="button" className="small" aria-disabled={!enlarged} onClick={whole}>
          Whole
        </button>
      </div>
    </div>
  );
}

/** Where the name stands: beside its dot, and never beyond the edges. */
const nameStyle = ({ spot }: Met): CSSProperties => ({
  left: `clamp(100px, ${spot.x}px, calc(100% - 100px))`,
  top: spot.y,
});
