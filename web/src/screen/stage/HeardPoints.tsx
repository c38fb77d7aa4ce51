/** Asked and heard as two marks on a small plane; told in words to those who cannot see it. */

import type { Point } from "../../api/types";
import { feelingAt } from "../../model/feelings";
import { compareHeard, sayHeard } from "../../model/heard";

interface HeardPointsProps {
  asked: Point;
  heard: Point | null | undefined;
}

const x = (point: Point): number => 30 + 26 * point.valence;
const y = (point: Point): number => 30 - 26 * point.arousal;

export function HeardPoints({ asked, heard }: HeardPointsProps) {
  return (
    <div className="heard-points">
      <svg viewBox="0 0 60 60" role="img" aria-label={sayHeard(asked, heard)}>
        <rect x="2" y="2" width="56" height="56" rx="8" />
        <path className="axes" d="M4 30H56M30 4V56" />
        {heard && <path className="way" d={`M${x(asked)} ${y(asked)}L${x(heard)} ${y(heard)}`} />}
        <circle cx={x(asked)} cy={y(asked)} r="4.5" />
        {heard && (
          <path className="heard" d={`M${x(heard)} ${y(heard) - 5.5}l5.5 5.5-5.5 5.5-5.5-5.5z`} />
        )}
      </svg>
      <p aria-hidden="true">
        <span>● asked: {feelingAt(asked)}</span>
        <span>
          ◆ heard:{" "}
          {heard ? `${feelingAt(heard)}, ${compareHeard(asked, heard)}` : "nothing listened"}
        </span>
      </p>
    </div>
  );
}
