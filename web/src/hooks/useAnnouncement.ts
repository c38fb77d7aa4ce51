/** Words for screen readers that may change often, told seldom enough to be listened to. */

import { useEffect, useRef, useState } from "react";

export function useAnnouncement(words: string, everyMs: number): string {
  const [told, setTold] = useState("");
  const lastAt = useRef(0);
  useEffect(() => {
    if (words === told) return;
    const handle = setTimeout(
      () => {
        lastAt.current = Date.now();
        setTold(words);
      },
      Math.max(0, lastAt.current + everyMs - Date.now()),
    );
    return () => clearTimeout(handle);
  }, [words, told, everyMs]);
  return told;
}
