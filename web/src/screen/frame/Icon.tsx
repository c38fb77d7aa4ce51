/** The few symbols of the page, drawn as strokes on a 24 × 24 grid. */

const PATHS = {
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  volume: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11",
  muted: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5",
  home: "M4 11.5 12 4.5l8 7M6 10v9h12v-9M10 19v-5h4v5",
  keys: "M3.5 6.5h17v11h-17zM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8 14h8",
  close: "M6 6l12 12M18 6 6 18",
  bin: "M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7",
  again: "M5 12a7 7 0 1 0 2.2-5.1M5 4.5v4h4",
  microphone:
    "M12 3.5a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3M5.5 11a6.5 6.5 0 0 0 13 0M12 17.5v3",
  camera: "M3.5 8h4l1.7-2.5h5.6L16.5 8h4v11h-17zM12 10.2a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4",
  file: "M6.5 3.5h7l4 4v13h-11zM13.5 3.5v4h4",
  stop: "M7 7h10v10H7z",
  off: "M12 4v8M7.5 6.5a7 7 0 1 0 9 0",
  next: "M6 6v12l8-6zM17 6v12",
  previous: "M18 6v12l-8-6zM7 6v12",
  like: "M12 19.5C6 15.5 4 12.5 4 9.4A4 4 0 0 1 12 8a4 4 0 0 1 8 1.4c0 3.1-2 6.1-8 10.1z",
  dislike:
    "M7 4.5v8.5M7 13l4 7c1.6 0 2.3-1 2-2.6L12.4 14H18c1.4 0 2-1 1.7-2.2L18 5.8c-.2-.8-.8-1.3-1.7-1.3H7M4 4.5h3v8.5H4z",
  more: "M6 9.5l6 6 6-6",
  search: "M10.5 4.5a6 6 0 1 0 0 12a6 6 0 0 0 0-12M15 15l5 5",
  open: "M14 4.5h5.5V10M19 5l-8 8M17 13.5V19H5V7h5.5",
  plus: "M12 5.5v13M5.5 12h13",
  minus: "M5.5 12h13",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      className={`icon ${name === "play" ? "icon-solid" : ""}`}
      viewBox="0 0 24 24"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
