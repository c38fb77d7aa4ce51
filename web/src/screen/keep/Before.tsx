/** What played before, to hear something like it again. */

import type { Played } from "../../session/history";
import { feelingAt } from "../../model/feelings";
import { Face } from "../feel/Face";
import { Icon } from "../frame/Icon";

interface BeforeProps {
  played: readonly Played[];
  onAgain(entry: Played): void;
  onForget(): void;
}

const WHEN = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  hour: "numeric",
  minute: "2-digit",
});

function words(entry: Played): string {
  const parts = [feelingAt(entry.mood)];
  if (entry.strategy) parts.push(entry.preset ?? entry.strategy);
  if (entry.genre) parts.push(entry.genre);
  if (entry.texture) parts.push(entry.texture);
  return parts.join(" · ");
}

export function Before({ played, onAgain, onForget }: BeforeProps) {
  if (played.length === 0) return null;
  return (
    <section className="card before" aria-labelledby="before-title">
      <div className="row-between">
        <h2 id="before-title">What played before</h2>
        <button type="button" className="small" onClick={onForget}>
          Forget
        </button>
      </div>
      <ol>
        {played.map((entry) => (
          <li key={entry.at}>
            <button type="button" onClick={() => onAgain(entry)}>
              <Face mood={entry.mood} />
              <span>
                {words(entry)}
                <span className="quiet">{WHEN.format(entry.at)}</span>
              </span>
              <Icon name="again" />
              <span className="sr">Play something like this again</span>
            </button>
          </li>
        ))}
      </ol>
      <p className="note">
        Only the mood and the choices are kept, in this browser; never your words.
      </p>
    </section>
  );
}
