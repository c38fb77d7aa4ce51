/** The plane with the trails of what has been heard so far. */

import type { ReactNode } from "react";
import { useTick } from "../../hooks/useClock";
import type { Session } from "../../session/session";
import { Plane } from "./Plane";

/** Bars in the trails. */
const TRAIL_BARS = 28;

interface HeardPlaneProps {
  session: Session;
  active: boolean;
  plane: Omit<Parameters<typeof Plane>[0], "heard">;
  children: ReactNode;
}

export function HeardPlane({ session, active, plane, children }: HeardPlaneProps) {
  useTick(500, active);
  const heard = session.heardPosition();
  const bars = heard === null ? [] : session.timeline.heardUntil(heard, TRAIL_BARS);
  return (
    <div className="plane-column">
      <Plane {...plane} heard={bars} />
      {bars.length > 0 && (
        <p className="legend" aria-hidden="true">
          <span className="legend-asked">● asked of the music</span>
          <span className="legend-heard">◆ heard in it</span>
          {plane.felt.length > 0 && <span>● felt in you</span>}
        </p>
      )}
      {children}
    </div>
  );
}
