/** The valence–arousal plane: where you are, how sure that is, where the music went. */

import { useRef } from "react";
import type { KeyboardEvent, PointerEvent, Ref } from "react";
import type { Bar, Point } from "../../api/types";
import { css, vividColor } from "../../model/color";
import type { Theme } from "../../model/color";
import { ellipseOf } from "../../model/ellipse";
import type { Gaussian } from "../../model/ellipse";
import { QUADRANTS, clampPoint, distance, feelingAt, sayPoint } from "../../model/feelings";
import { FaceShape } from "./Face";
import { PlaneGround } from "./PlaneGround";
import { Trails } from "./Trails";
import { CENTER, HALF, toX, toY } from "./geometry";

const STEP = 0.05;
const SMALL_STEP = 0.01;

interface PlaneProps {
  point: Point;
  /** The estimate whose uncertainty is drawn, if there is one. */
  sensed: (Point & Gaussian) | null;
  /** Where the continuous senses have been, oldest first. */
  felt: readonly Point[];
  goal: Point | null;
  /** Bars heard so far, oldest first; empty while nothing plays. */
  heard: readonly Bar[];
  theme: Theme;
  handleRef: Ref<SVGGElement>;
  onPoint(point: Point): void;
  onGoal(point: Point): void;
}

type Grip = "point" | "goal";

export function Plane(props: PlaneProps) {
  const { point, goal, sensed, theme } = props;
  const svg = useRef<SVGSVGElement>(null);
  const grip = useRef<Grip | null>(null);

  const pointOf = (event: PointerEvent): Point => {
    const box = svg.current?.getBoundingClientRect();
    if (!box) return point;
    const x = ((event.clientX - box.left) / box.width) * 400;
    const y = ((event.clientY - box.top) / box.height) * 400;
    return clampPoint({ valence: (x - CENTER) / HALF, arousal: (CENTER - y) / HALF });
  };
  const move = (which: Grip, to: Point): void =>
    which === "goal" ? props.onGoal(to) : props.onPoint(to);

  const onDown = (event: PointerEvent<SVGSVGElement>): void => {
    if (event.button !== 0) return;
    const named = (event.target as Element).closest("[data-grip]")?.getAttribute("data-grip");
    grip.current = named === "goal" ? "goal" : "point";
    svg.current?.setPointerCapture(event.pointerId);
    if (!named) move("point", pointOf(event));
  };
  const onMove = (event: PointerEvent<SVGSVGElement>): void => {
    if (grip.current) move(grip.current, pointOf(event));
  };
  const release = (): void => {
    grip.current = null;
  };

  const onKey = (which: Grip, from: Point) => (event: KeyboardEvent) => {
    const step = event.shiftKey ? SMALL_STEP : STEP;
    const to = { ...from };
    if (event.key === "ArrowRight") to.valence += step;
    else if (event.key === "ArrowLeft") to.valence -= step;
    else if (event.key === "ArrowUp") to.arousal += step;
    else if (event.key === "ArrowDown") to.arousal -= step;
    else return;
    event.preventDefault();
    move(which, clampPoint(to));
  };

  const ring = sensed ? ellipseOf(sensed) : null;
  return (
    <figure className="plane" aria-labelledby="plane-title">
      <figcaption id="plane-title" className="sr">
        Valence–arousal plane: left unpleasant, right pleasant, up energetic, down quiet
      </figcaption>
      <PlaneGround theme={theme} />
      <svg
        ref={svg}
        viewBox="0 0 400 400"
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={release}
        onPointerCancel={release}
      >
        <Axes point={point} />
        <Trails bars={props.heard} felt={props.felt} theme={theme} />
        {ring && sensed && (
          <ellipse
            className="uncertainty"
            cx={toX(sensed.valence)}
            cy={toY(sensed.arousal)}
            rx={ring.major * HALF}
            ry={ring.minor * HALF}
            transform={`rotate(${-ring.degrees} ${toX(sensed.valence)} ${toY(sensed.arousal)})`}
          />
        )}
        {goal && (
          <g
            className="handle goal"
            data-grip="goal"
            role="slider"
            tabIndex={0}
            aria-label="Where the music shall lead, on the valence–arousal plane"
            aria-roledescription="point"
            aria-valuenow={goal.valence}
            aria-valuemin={-1}
            aria-valuemax={1}
            aria-valuetext={sayPoint(goal)}
            transform={`translate(${toX(goal.valence)} ${toY(goal.arousal)})`}
            onKeyDown={onKey("goal", goal)}
          >
            <circle r="26" fill="transparent" />
            <circle className="goal-ring" r="15" stroke={css(vividColor(goal, theme))} />
            <circle r="4.5" fill={css(vividColor(goal, theme))} />
            <text y="-21">goal</text>
          </g>
        )}
        <g
          ref={props.handleRef}
          className="handle you"
          data-grip="point"
          role="slider"
          tabIndex={0}
          aria-label="How you feel, on the valence–arousal plane"
          aria-roledescription="point"
          aria-valuenow={point.valence}
          aria-valuemin={-1}
          aria-valuemax={1}
          aria-valuetext={sayPoint(point)}
          transform={`translate(${toX(point.valence)} ${toY(point.arousal)})`}
          onKeyDown={onKey("point", point)}
        >
          <circle r="32" fill="transparent" />
          <circle className="halo" r="24" />
          <g transform="scale(0.44)">
            <FaceShape mood={point} />
          </g>
          <text y={point.arousal > 0.82 ? 38 : -28}>{feelingAt(point)}</text>
        </g>
      </svg>
    </figure>
  );
}

/** Whether the face stands on the name of a quadrant, which then steps back. */
const covers = (point: Point, corner: Point): boolean =>
  distance(point, { valence: 0.76 * corner.valence, arousal: 0.86 * corner.arousal }) < 0.36;

function Axes({ point }: { point: Point }) {
  return (
    <g className="axes" aria-hidden="true">
      <path d={`M26 ${CENTER}H374M${CENTER} 26V374`} />
      {QUADRANTS.map((quadrant) => (
        <g
          key={quadrant.name}
          className={covers(point, quadrant) ? "covered" : ""}
          transform={`translate(${quadrant.valence > 0 ? 374 : 26} ${quadrant.arousal > 0 ? 40 : 358})`}
          textAnchor={quadrant.valence > 0 ? "end" : "start"}
        >
          <text className="quadrant">{quadrant.name}</text>
          <text className="also" y="17">
            {quadrant.also}
          </text>
        </g>
      ))}
      <text className="axis" x="374" y="194" textAnchor="end">
        pleasant
      </text>
      <text className="axis" x="26" y="194">
        unpleasant
      </text>
      <text className="axis" x="206" y="34">
        energetic
      </text>
      <text className="axis" x="206" y="373">
        quiet
      </text>
    </g>
  );
}
