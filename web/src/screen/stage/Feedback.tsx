/** What the listener says about the music that plays, and what was learnt from it. */

import { useState } from "react";
import { ApiError, api } from "../../api/client";
import type { Described, Preferences } from "../../api/types";
import { Problem, useBusy } from "../frame/Notice";
import { sentence } from "../frame/sentence";

interface FeedbackProps {
  choices: readonly Described[];
  /** What shapes the station. */
  preferences: Preferences;
  onFeedback(name: string): Promise<void>;
}

/** When each word acts. */
const when = (choice: Described): string =>
  choice.name === "more-like-this" ? "" : " from the next bar";

export function Feedback({ choices, preferences, onFeedback }: FeedbackProps) {
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [busy, during] = useBusy();

  const settle = async (work: Promise<void>, done: string): Promise<void> => {
    setProblem(null);
    try {
      await during(work);
      setSaid(done);
    } catch (error) {
      setSaid("");
      if (error instanceof ApiError) setProblem(error);
    }
  };
  const say = (choice: Described): void =>
    void settle(onFeedback(choice.name), sentence(`${choice.description}${when(choice)}`));
  const forget = (): void =>
    void settle(
      api.forgetPreferences(),
      "Forgotten. This music stays as it is; the next starts as the mood asks.",
    );

  return (
    <div className="feedback" role="group" aria-labelledby="feedback-title">
      <h3 id="feedback-title">How is it?</h3>
      <div className="chips">
        {choices.map((choice) => (
          <button
            key={choice.name}
            type="button"
            className="small"
            data-feedback={choice.name}
            title={sentence(choice.description)}
            // Not disabled: the focus of whoever uses keys would be lost.
            aria-disabled={busy}
            onClick={() => !busy && say(choice)}
          >
            {choice.label}
          </button>
        ))}
      </div>
      {problem && <Problem problem={problem} onDismiss={() => setProblem(null)} />}
      <p className="note" role="status" data-testid="feedback-said">
        {said}
      </p>
      {preferences.words.length > 0 && (
        <p className="note" data-testid="preferences">
          Shaped by what you said: {preferences.words.join(", ")}.{" "}
          <button type="button" className="link" onClick={forget}>
            Forget what I like
          </button>
        </p>
      )}
    </div>
  );
}
