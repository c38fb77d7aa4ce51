/** Why a sensor cannot be switched on, and what helps, in plain words. */

import type { SenseName } from "./types";

export interface Help {
  message: string;
  hint: string;
}

const DEVICE: Record<SenseName, string> = { voice: "microphone", face: "camera" };

/** What the browser lacks before it is even asked; `null` when it may be asked. */
export function missing(
  sense: SenseName,
  place: { secure: boolean; devices: boolean; address: string },
): Help | null {
  if (place.secure && place.devices) return null;
  if (!place.secure) {
    return {
      message: `Browsers give the ${DEVICE[sense]} only to pages on this machine or over HTTPS, and ${place.address} is neither`,
      hint: "Open Affetto on the machine it runs on, as http://localhost, or start its server with a certificate of yours (--tls-cert and --tls-key). Files can be chosen all the same.",
    };
  }
  return {
    message: `This browser has no way to use a ${DEVICE[sense]}`,
    hint: "Choose a file instead, or open the page in another browser.",
  };
}

/** What an error of `getUserMedia` means, by its name. */
export function refused(sense: SenseName, errorName: string): Help {
  const device = DEVICE[sense];
  switch (errorName) {
    case "NotAllowedError":
    case "SecurityError":
      return {
        message: `The browser was not allowed to use the ${device}`,
        hint: `Nothing was taken in. If you want it, press the symbol beside the page's address, allow the ${device}, and try again.`,
      };
    case "NotFoundError":
    case "OverconstrainedError":
      return {
        message: `No ${device} was found on this device`,
        hint: "Plug one in and try again, or choose a file.",
      };
    case "NotReadableError":
    case "AbortError":
      return {
        message: `The ${device} could not be opened`,
        hint: "Another program may be using it. Close that program and try again.",
      };
    default:
      return {
        message: `The ${device} could not be switched on`,
        hint: "Try again, or choose a file.",
      };
  }
}

/** What this page may ask for right now. */
export const missingHere = (sense: SenseName): Help | null =>
  missing(sense, {
    secure: window.isSecureContext,
    devices: Boolean((navigator as { mediaDevices?: MediaDevices }).mediaDevices?.getUserMedia),
    address: window.location.origin,
  });
