/** The name of the page, its views, where it runs, and the two switches that are always there. */

import type { View } from "../../hooks/useView";
import type { Theme } from "../../model/color";
import { Icon } from "./Icon";

const VIEWS: readonly { view: View; label: string }[] = [
  { view: "music", label: "Music" },
  { view: "songs", label: "Songs" },
];

interface HeaderProps {
  view: View;
  theme: Theme;
  onTheme(): void;
  onKeys(): void;
}

export function Header({ view, theme, onTheme, onKeys }: HeaderProps) {
  const other = theme === "dark" ? "light" : "dark";
  return (
    <header className="header">
      <h1>
        <img src="/icon.svg" alt="" width="30" height="30" />
        Affetto
      </h1>
      <nav className="views" aria-label="Views">
        {VIEWS.map((one) => (
          <a
            key={one.view}
            href={`#${one.view}`}
            aria-current={one.view === view ? "page" : undefined}
          >
            {one.label}
          </a>
        ))}
      </nav>
      <p className="local">
        <Icon name="home" />
        <span>
          Everything runs on this machine
          <span className="wide-only">; nothing you say leaves it</span>
        </span>
      </p>
      <div className="header-tools">
        <button type="button" className="plain" onClick={onKeys} aria-label="Keyboard shortcuts">
          <Icon name="keys" />
        </button>
        <button
          type="button"
          className="plain"
          onClick={onTheme}
          aria-label={`Switch to the ${other} theme`}
        >
          <Icon name={theme === "dark" ? "sun" : "moon"} />
        </button>
      </div>
    </header>
  );
}
