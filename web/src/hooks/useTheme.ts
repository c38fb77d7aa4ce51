/** Light or dark: the system's choice until the listener makes one, which is then kept. */

import { useEffect, useRef, useState } from "react";
import type { Point } from "../api/types";
import { INK, css, palette } from "../model/color";
import type { Palette, Theme } from "../model/color";
import { useMedia } from "./useMedia";

const KEY = "affetto.theme";

function chosenTheme(): Theme | null {
  const value = document.documentElement.dataset["theme"];
  return value === "light" || value === "dark" ? value : null;
}

export function useTheme(): [Theme, () => void] {
  const systemIsDark = useMedia("(prefers-color-scheme: dark)");
  const [chosen, setChosen] = useState<Theme | null>(chosenTheme);
  const theme = chosen ?? (systemIsDark ? "dark" : "light");
  const toggle = (): void => {
    const next = theme === "dark" ? "light" : "dark";
    setChosen(next);
    document.documentElement.dataset["theme"] = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  };
  return [theme, toggle];
}

/** A point that may move several times a second, followed only every `everyMs`. */
export function useSlowly(point: Point, everyMs: number): Point {
  const [followed, setFollowed] = useState(point);
  const lastAt = useRef(0);
  useEffect(() => {
    const handle = setTimeout(
      () => {
        lastAt.current = Date.now();
        setFollowed(point);
      },
      Math.max(0, lastAt.current + everyMs - Date.now()),
    );
    return () => clearTimeout(handle);
  }, [point, everyMs]);
  return everyMs === 0 ? point : followed;
}

/** Names of the CSS variables that carry the palette. */
const VARIABLES: Record<keyof Palette, string> = {
  accent: "--accent",
  onAccent: "--on-accent",
  accentText: "--accent-text",
  soft: "--soft",
  ground: "--ground",
  surface: "--surface",
};

/** Paints the page in the colour of a mood. */
export function useMoodColors(mood: Point, theme: Theme): void {
  const { valence, arousal } = mood;
  useEffect(() => {
    const style = document.documentElement.style;
    const colors = palette({ valence, arousal }, theme);
    for (const [name, variable] of Object.entries(VARIABLES)) {
      style.setProperty(variable, css(colors[name as keyof Palette]));
    }
    style.setProperty("--ink", css(INK[theme].ink));
    style.setProperty("--quiet", css(INK[theme].quiet));
    style.colorScheme = theme;
    document
      .querySelector('meta[name="theme-color"]')
      ?.setAttribute("content", `rgb(${colors.ground.join(",")})`);
  }, [valence, arousal, theme]);
}
