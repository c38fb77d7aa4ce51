/** The listening session of the page; its sound is made ready by the first click or key. */

import { useEffect, useState } from "react";
import { Session } from "../session/session";
import { exposeStats } from "../session/stats";

export function useSession(): Session {
  const [session] = useState(() => new Session());
  useEffect(() => exposeStats(session), [session]);
  useEffect(() => {
    const warmUp = (): void => session.warmUp();
    const once = { once: true };
    window.addEventListener("pointerdown", warmUp, once);
    window.addEventListener("keydown", warmUp, once);
    return () => {
      window.removeEventListener("pointerdown", warmUp);
      window.removeEventListener("keydown", warmUp);
    };
  }, [session]);
  return session;
}
