/** The one short question that is asked where guessing would be too unsure. */

import type { Choice, Question } from "../../senses/types";

interface QuestionCardProps {
  question: Question;
  onAnswer(choice: Choice): void;
}

export function QuestionCard({ question, onAnswer }: QuestionCardProps) {
  return (
    <fieldset className="question">
      <legend>{question.text}</legend>
      {question.choices.map((choice) => (
        <button key={choice.label} type="button" className="small" onClick={() => onAnswer(choice)}>
          {choice.label}
        </button>
      ))}
    </fieldset>
  );
}
