/** Which of the two views is shown, as the end of the page's address says. */

import { useEffect, useState } from "react";

export type View = "music" | "songs";

/** The view that an address names; other addresses, such as that of a field, name none. */
export function viewOf(hash: string): View | null {
  if (hash === "#songs") return "songs";
  return hash === "#music" || hash === "" ? "music" : null;
}

export function useView(): View {
  const [view, setView] = useState<View>(() => viewOf(window.location.hash) ?? "music");
  useEffect(() => {
    const onHash = (): void => setView((before) => viewOf(window.location.hash) ?? before);
    window.addEventListener("hashchange", onHash);
    return () => window.removeEventListener("hashchange", onHash);
  }, []);
  return view;
}
