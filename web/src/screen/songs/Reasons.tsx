/** Why a song was chosen: the parts of its score, its place, and what nearly was chosen instead. */

import type { CSSProperties } from "react";
import type { AlternativeSong, Point, Recommendation } from "../../api/types";
import { css, vividColor } from "../../model/color";
import type { Theme } from "../../model/color";
import { ellipseOf } from "../../model/ellipse";
import { feelingAt, sayPoint, signed } from "../../model/feelings";
import { partBars } from "../../model/parts";
import { songName } from "../../model/songs";
import { sureness } from "../feel/words";

interface ReasonsProps {
  chosen: Recommendation;
  target: Point;
  theme: Theme;
}

export function Reasons({ chosen, target, theme }: ReasonsProps) {
  return (
    <div className="reasons">
      <section>
        <h4>What counted</h4>
        <PartsChart parts={chosen.parts} />
        <p className="note">
          Together {signed(chosen.score)}. To the right speaks for the song, to the left against it;
          0.7 more makes it twice as likely to fit.
        </p>
      </section>
      <section>
        <h4>Where it is</h4>
        <ReasonPlane chosen={chosen} target={target} theme={theme} />
      </section>
      <section>
        <h4>What nearly was chosen</h4>
        <Alternatives alternatives={chosen.alternatives} />
      </section>
      <p className="note facts">{factsOf(chosen)}</p>
    </div>
  );
}

function factsOf({ song }: Recommendation): string {
  const facts = [
    song.album,
    song.year,
    song.genre,
    song.tempo_bpm ? `${Math.round(song.tempo_bpm)} bpm` : null,
    song.loudness_lufs ? `${signed(song.loudness_lufs, 1)} LUFS` : null,
    song.sources.length > 0 ? `known from ${song.sources.join(", ")}` : null,
  ];
  return facts.filter(Boolean).join(" · ");
}

function PartsChart({ parts }: { parts: Record<string, number> }) {
  return (
    <ul className="parts" aria-label="Parts of the score">
      {partBars(parts).map((bar) => {
        const style = { "--left": bar.left, "--width": bar.width } as CSSProperties;
        const side = bar.value < 0 ? "against" : "for";
        return (
          <li key={bar.name} data-part={bar.name} style={style}>
            <span>{bar.label}</span>
            <span className={`part-bar part-${side}`} aria-hidden="true" />
            <span className="numbers">{signed(bar.value)}</span>
            <span className="sr"> {bar.words}</span>
          </li>
        );
      })}
    </ul>
  );
}

const x = (point: Point): number => 60 + 52 * point.valence;
const y = (point: Point): number => 60 - 52 * point.arousal;

function ReasonPlane({ chosen, target, theme }: ReasonsProps) {
  const { heard, valence_sd, arousal_sd } = chosen;
  const ring = ellipseOf({ valence_sd, arousal_sd, correlation: 0 });
  const sure = sureness({ valence_sd, arousal_sd });
  const words = `The song: ${sayPoint(heard)}, ${sure}. Wanted: ${sayPoint(target)}.`;
  const turned = `rotate(${-ring.degrees} ${x(heard)} ${y(heard)})`;
  return (
    <div className="reason-plane">
      <svg viewBox="0 0 120 120" role="img" aria-label={words}>
        <rect x="4" y="4" width="112" height="112" rx="14" />
        <path className="axes" d="M8 60H112M60 8V112" />
        <ellipse
          className="uncertainty"
          cx={x(heard)}
          cy={y(heard)}
          rx={ring.major * 52}
          ry={ring.minor * 52}
          transform={turned}
        />
        <path className="way" d={`M${x(target)} ${y(target)}L${x(heard)} ${y(heard)}`} />
        <circle className="wanted" cx={x(target)} cy={y(target)} r="5.5" />
        <circle
          className="found"
          cx={x(heard)}
          cy={y(heard)}
          r="5"
          fill={css(vividColor(heard, theme))}
        />
      </svg>
      <p aria-hidden="true">
        <span>● the song: {feelingAt(heard)}</span>
        <span>○ wanted: {feelingAt(target)}</span>
        <span className="quiet">{sure.charAt(0).toUpperCase() + sure.slice(1)} of its place</span>
      </p>
    </div>
  );
}

/** How much worse it was, for people. */
const behindWords = (behind: number): string =>
  behind <= 0 ? "just as good by itself" : `${behind.toFixed(2)} behind`;

function Alternatives({ alternatives }: { alternatives: readonly AlternativeSong[] }) {
  if (alternatives.length === 0) return <p className="note">Nothing came near.</p>;
  return (
    <ol className="alternatives">
      {alternatives.map(({ song, behind, change }) => (
        <li key={song.id}>
          {songName(song)} <span className="quiet">{behindWords(behind)}</span>
          <span className="note">
            {change ? `What would change the choice: ${change}.` : "No single change does it."}
          </span>
        </li>
      ))}
    </ol>
  );
}
