/** Which sensors a server takes, and how much of them. */

import type { Options } from "../api/types";
import type { SenseName } from "./types";

export interface Offered {
  allowed: Record<SenseName, boolean>;
  maxBytes: Record<SenseName, number>;
}

interface WithSensors {
  sensors: Record<SenseName, boolean>;
  limits: { audio_max_bytes: number; picture_max_bytes: number };
}

/** `null` for a server that knows nothing of sensors. */
export function offeredBy(options: Options): Offered | null {
  if (!("sensors" in options)) return null;
  const { sensors, limits } = options as unknown as WithSensors;
  return {
    allowed: sensors,
    maxBytes: { voice: limits.audio_max_bytes, face: limits.picture_max_bytes },
  };
}
