/** What the music should do, and in which colours. */

import { useCallback, useId, useState } from "react";
import type { Options } from "../../api/types";
import { feelingAt } from "../../model/feelings";
import type { Primer } from "../../model/primer";
import type { Wish } from "../../model/wish";
import { Choice } from "../frame/Choice";
import type { Option } from "../frame/Choice";
import { sentence } from "../frame/sentence";
import { PrimerDrop } from "./PrimerDrop";

interface WishesProps {
  wish: Wish;
  options: Options;
  onChange(change: Partial<Wish>): void;
}

const GENTLE = {
  label: "Take care of me",
  description: "Sadness is lifted a little, anger soothed, happiness kept moving.",
};

const asChoices = (named: readonly { name: string; label: string }[]): Option<string>[] =>
  named.map(({ name, label }) => ({ value: name, label }));

function paceNote(wish: Wish, options: Options): string | undefined {
  const pace = options.paces.find((known) => known.name === wish.pace);
  return pace && sentence(pace.description);
}

/** What the chosen strategy will do, in a sentence. */
function strategyNote(wish: Wish, options: Options): string {
  const chosen = options.strategies.find((strategy) => strategy.name === wish.strategy);
  const note = sentence(chosen?.description ?? GENTLE.description);
  if (wish.strategy !== "goal") return note;
  return `${note} Move the ring on the plane; now it says ${feelingAt(wish.goal)}.`;
}

export function Wishes({ wish, options, onChange }: WishesProps) {
  const strategies: Option<string | null>[] = [
    { value: null, label: GENTLE.label },
    ...asChoices(options.strategies),
  ];
  return (
    <section className="wishes" aria-labelledby="wishes-title">
      <h2 id="wishes-title" className="sr">
        What should the music do?
      </h2>
      <Choice
        legend="What should the music do?"
        className="choice-main"
        options={strategies}
        value={wish.strategy}
        onChange={(strategy) => onChange({ strategy })}
        note={strategyNote(wish, options)}
      />
      {wish.strategy === "focus" && <FocusChoices {...{ wish, options, onChange }} />}
      {wish.strategy !== null && ["lift", "soothe", "goal"].includes(wish.strategy) && (
        <Choice
          legend="How fast?"
          options={asChoices(options.paces)}
          value={wish.pace}
          onChange={(pace) => onChange({ pace })}
          note={paceNote(wish, options)}
        />
      )}
    </section>
  );
}

/** Genre, players and the energy cap; folded away on a phone until wanted. */
export function Style({ wish, options, onChange }: WishesProps) {
  const onPrimer = useCallback(
    // Only the neural writer continues anything.
    (primer: Primer | null) => onChange(primer ? { primer, writer: "neural" } : { primer }),
    [onChange],
  );
  const [open, setOpen] = useState(() => window.matchMedia("(min-width: 901px)").matches);
  return (
    <details
      className="colours"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        Style <span className="quiet">{styleWords(wish, options)}</span>
      </summary>
      <Choice
        legend="Genre"
        options={[{ value: null, label: "usual" }, ...asChoices(options.genres)]}
        value={wish.genre}
        onChange={(genre) => onChange({ genre })}
      />
      <Choice
        legend="Players"
        options={[{ value: null, label: "usual" }, ...asChoices(options.textures)]}
        value={wish.texture}
        onChange={(texture) => onChange({ texture })}
      />
      <EnergyCap cap={wish.energyCap} onChange={(energyCap) => onChange({ energyCap })} />
      <Choice
        legend="Written by"
        options={[{ value: null, label: "usual" }, ...asChoices(options.writers)]}
        value={wish.writer}
        onChange={(writer) => onChange({ writer })}
        note={writerNote(wish, options)}
      />
      {wish.writer === "neural" && (
        <>
          <Slider
            label="Emotion"
            value={wish.guidance}
            range={[1, 3]}
            words={["as it comes", "clear", "very clear"]}
            onChange={(guidance) => onChange({ guidance })}
          />
          <Slider
            label="Variety"
            value={wish.variety}
            range={[0.7, 1.3]}
            words={["safe", "balanced", "daring"]}
            onChange={(variety) => onChange({ variety })}
          />
        </>
      )}
      <PrimerDrop
        primer={wish.primer}
        maxBytes={options.limits.primer_max_bytes}
        isUsed={wish.writer === "neural"}
        onPrimer={onPrimer}
      />
    </details>
  );
}

function FocusChoices({ wish, options, onChange }: WishesProps) {
  const preset = options.presets.find((known) => known.name === wish.preset);
  return (
    <>
      <Choice
        legend="For what?"
        options={[{ value: null, label: "anything" }, ...asChoices(options.presets)]}
        value={wish.preset}
        onChange={(value) => onChange({ preset: value, focusMode: null })}
        note={preset && sentence(preset.description)}
      />
      {wish.preset === null && (
        <Choice
          legend="With how much drive?"
          options={[{ value: null, label: "by itself" }, ...asChoices(options.focus_modes)]}
          value={wish.focusMode}
          onChange={(focusMode) => onChange({ focusMode })}
        />
      )}
    </>
  );
}

const labelOf = (named: readonly { name: string; label: string }[], name: string | null): string =>
  named.find((one) => one.name === name)?.label ?? "usual";

function styleWords(wish: Wish, options: Options): string {
  const parts = [
    wish.genre === null ? "usual genre" : labelOf(options.genres, wish.genre),
    wish.texture === null ? "usual players" : labelOf(options.textures, wish.texture),
  ];
  if (wish.energyCap < 1) parts.push(capWords(wish.energyCap));
  return parts.join(" · ");
}

function writerNote(wish: Wish, options: Options): string | undefined {
  const writer = options.writers.find((known) => known.name === wish.writer);
  return writer && sentence(writer.description);
}

interface SliderProps {
  label: string;
  value: number;
  range: readonly [number, number];
  /** For the lower, the middle and the upper third. */
  words: readonly [string, string, string];
  onChange(value: number): void;
}

function Slider({ label, value, range: [min, max], words, onChange }: SliderProps) {
  const id = useId();
  const third = Math.min(2, Math.floor((3 * (value - min)) / (max - min)));
  const said = words[Math.max(0, third)];
  return (
    <div className="slider-row">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={0.05}
        value={value}
        aria-valuetext={said}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <output htmlFor={id}>{said}</output>
    </div>
  );
}

function capWords(cap: number): string {
  if (cap >= 1) return "no limit";
  if (cap > 0.4) return "not too wild";
  if (cap > -0.1) return "medium at most";
  if (cap > -0.5) return "stay quiet";
  return "stay very quiet";
}

function EnergyCap({ cap, onChange }: { cap: number; onChange(cap: number): void }) {
  const id = useId();
  return (
    <div className="slider-row">
      <label htmlFor={id}>Energy at most</label>
      <input
        id={id}
        type="range"
        min={-0.8}
        max={1}
        step={0.05}
        value={cap}
        aria-valuetext={capWords(cap)}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <output htmlFor={id}>{capWords(cap)}</output>
    </div>
  );
}
