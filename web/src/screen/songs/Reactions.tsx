/** What the listener says to a song. */

import type { Reacting } from "../../hooks/useReaction";
import { Icon } from "../frame/Icon";
import { Problem } from "../frame/Notice";

/** Whether it is liked. */
const LIKING = [
  { reaction: "like", label: "Like", icon: "like" },
  { reaction: "dislike", label: "Dislike", icon: "dislike" },
] as const;

/** How it misses the mood. */
const MISSES = [
  { reaction: "too-sad", label: "Too sad" },
  { reaction: "too-happy", label: "Too happy" },
  { reaction: "too-calm", label: "Too calm" },
  { reaction: "too-wild", label: "Too wild" },
] as const;

const KEPT: Record<string, string> = {
  like: "Kept: you like it.",
  dislike: "Kept: you do not like it.",
  "too-sad": "Kept: too sad for this moment.",
  "too-happy": "Kept: too happy for this moment.",
  "too-calm": "Kept: too calm for this moment.",
  "too-wild": "Kept: too wild for this moment.",
};

interface LikingProps {
  reacting: Reacting;
  /** Title and artist, so that every button has a name of its own. */
  name: string;
  /** Without the second button where there is little room. */
  only?: "like";
}

export function Liking({ reacting, name, only }: LikingProps) {
  const shown = only ? LIKING.filter(({ reaction }) => reaction === only) : LIKING;
  return shown.map(({ reaction, label, icon }) => (
    <button
      key={reaction}
      type="button"
      className={`plain liking ${reacting.kept === reaction ? "liking-on" : ""}`}
      data-reaction={reaction}
      aria-pressed={reacting.kept === reaction}
      aria-label={`${label} ${name}`}
      // Not disabled: the focus of whoever uses keys would be lost.
      aria-disabled={reacting.busy}
      onClick={() => reacting.say(reaction)}
    >
      <Icon name={icon} />
    </button>
  ));
}

export function Misses({ reacting, name }: Omit<LikingProps, "only">) {
  return (
    <div className="misses" role="group" aria-label={`How ${name} misses the mood`}>
      {MISSES.map(({ reaction, label }) => (
        <button
          key={reaction}
          type="button"
          className="miss"
          data-reaction={reaction}
          aria-pressed={reacting.kept === reaction}
          aria-disabled={reacting.busy}
          onClick={() => reacting.say(reaction)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

/** Quietly tells that it was kept. */
export function Kept({ reacting }: { reacting: Reacting }) {
  return (
    <>
      <p className="note kept" role="status">
        {reacting.kept ? (KEPT[reacting.kept] ?? "Kept.") : ""}
      </p>
      {reacting.problem && <Problem problem={reacting.problem} />}
    </>
  );
}
