/** Single-key shortcuts that stay out of the way of typing. */

import { useEffect, useRef } from "react";

export type Shortcuts = Record<string, () => void>;

/** Whether a key press belongs to the element that has the focus. */
export function belongsToElement(key: string, tag: string, type: string): boolean {
  if (tag === "TEXTAREA" || tag === "SELECT") return true;
  if (tag === "INPUT") {
    if (type === "radio" || type === "checkbox") return key === " ";
    if (type === "range") return key.startsWith("Arrow") || key === "Home" || key === "End";
    return true;
  }
  return key === " " && (tag === "BUTTON" || tag === "A" || tag === "SUMMARY");
}

export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target as HTMLElement;
      const type = target instanceof HTMLInputElement ? target.type : "";
      if (belongsToElement(event.key, target.tagName, type)) return;
      const action = latest.current[event.key === " " ? " " : event.key.toLowerCase()];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
