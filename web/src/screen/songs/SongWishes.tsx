/** What the songs should do, how many there should be, and what of them is compared. */

import { useId } from "react";
import type { Options } from "../../api/types";
import { feelingAt } from "../../model/feelings";
import { hasPace, strategyOf } from "../../model/songs";
import type { Mode, SongWish } from "../../model/songs";
import type { Wish } from "../../model/wish";
import { Switch } from "../feel/Switch";
import { Choice } from "../frame/Choice";
import type { Option } from "../frame/Choice";
import { sentence } from "../frame/sentence";

const CARE = {
  label: "Take care of me",
  description: "The way that has helped you before in such a mood.",
};

const STEPWISE = {
  value: "iso",
  label: "Step by step",
  description: "Starts where you are and leads from there, song by song.",
};

const MODES: readonly (Option<Mode> & { note: string })[] = [
  { value: "audio", label: "Sound", note: "The sound of the songs alone counts." },
  { value: "text", label: "Words too", note: "The feeling of their words counts as well." },
  { value: "all", label: "All", note: "Sound, words, and what the words are about." },
];

const MOST = { songs: 200, minutes: 600 };

interface SongWishesProps {
  wish: Wish;
  songWish: SongWish;
  options: Options;
  onWish(change: Partial<Wish>): void;
  onSongWish(change: Partial<SongWish>): void;
}

function strategyNote({ wish, songWish, options }: SongWishesProps): string {
  if (songWish.stepwise) return STEPWISE.description;
  const chosen = options.strategies.find(({ name }) => name === wish.strategy);
  const note = sentence(chosen?.description ?? CARE.description);
  if (wish.strategy !== "goal") return note;
  return `${note} Move the ring on the plane; now it says ${feelingAt(wish.goal)}.`;
}

const asChoices = (named: readonly { name: string; label: string }[]): Option<string>[] =>
  named.map(({ name, label }) => ({ value: name, label }));

export function SongWishes(props: SongWishesProps) {
  const { wish, songWish, options, onWish, onSongWish } = props;
  const strategy = strategyOf(wish, songWish);
  const strategies: Option<string | null>[] = [
    { value: null, label: CARE.label },
    ...asChoices(options.strategies),
    ...(options.strategies.some(({ name }) => name === STEPWISE.value) ? [] : [STEPWISE]),
  ];
  const choose = (value: string | null): void => {
    // The station knows no such way, and keeps its own.
    if (value === STEPWISE.value) return onSongWish({ stepwise: true });
    onSongWish({ stepwise: false });
    onWish({ strategy: value });
  };
  return (
    <section className="wishes" aria-labelledby="song-wishes-title">
      <h2 id="song-wishes-title" className="sr">
        What should the songs do?
      </h2>
      <Choice
        legend="What should the songs do?"
        className="choice-main"
        options={strategies}
        value={strategy}
        onChange={choose}
        note={strategyNote(props)}
      />
      {strategy === "focus" && (
        <Choice
          legend="With how much drive?"
          options={[{ value: null, label: "by itself" }, ...asChoices(options.focus_modes)]}
          value={wish.focusMode}
          onChange={(focusMode) => onWish({ focusMode })}
        />
      )}
      {hasPace(strategy) && (
        <Choice
          legend="How fast?"
          options={asChoices(options.paces)}
          value={wish.pace}
          onChange={(pace) => onWish({ pace })}
        />
      )}
    </section>
  );
}

interface SetWishesProps {
  songWish: SongWish;
  onSongWish(change: Partial<SongWish>): void;
}

/** How much of it, and what counts. */
export function SetWishes({ songWish, onSongWish }: SetWishesProps) {
  const note = MODES.find(({ value }) => value === songWish.mode)?.note;
  return (
    <div className="set-wishes">
      <HowMuch {...{ songWish, onSongWish }} />
      <Choice
        legend="What is compared?"
        options={MODES}
        value={songWish.mode}
        onChange={(mode) => onSongWish({ mode })}
        note={note}
      />
      <Switch
        label="Composed bridges"
        note="Where no song follows well, a little music is composed to lead over."
        on={songWish.bridges}
        onChange={(bridges) => onSongWish({ bridges })}
      />
    </div>
  );
}

function HowMuch({ songWish, onSongWish }: SetWishesProps) {
  const id = useId();
  const { by } = songWish;
  const most = MOST[by];
  return (
    <div className="how-much">
      <label htmlFor={id}>How much?</label>
      <input
        id={id}
        type="number"
        min={1}
        max={most}
        // An emptied field may be filled again; until then the smallest set is meant.
        value={songWish[by] || ""}
        onChange={(event) => {
          const value = Math.round(event.target.valueAsNumber);
          onSongWish({ [by]: Number.isNaN(value) ? 0 : Math.min(most, Math.max(0, value)) });
        }}
      />
      <Choice<SongWish["by"]>
        legend="Counted in"
        className="choice-bare"
        options={[
          { value: "songs", label: "songs" },
          { value: "minutes", label: "minutes" },
        ]}
        value={by}
        onChange={(value) => onSongWish({ by: value })}
      />
    </div>
  );
}
