/** Messages about the connection and about what was refused, in plain words. */

import { useState } from "react";
import type { ApiError } from "../../api/client";
import type { Help } from "../../senses/help";
import { Icon } from "./Icon";
import { sentence } from "./sentence";

interface ProblemProps {
  problem: ApiError;
  onDismiss?: () => void;
}

export function Problem({ problem, onDismiss }: ProblemProps) {
  return (
    <div className="notice notice-problem" role="alert">
      <div>
        <p>{sentence(problem.message)}</p>
        {problem.hint && <p className="quiet">{sentence(problem.hint)}</p>}
        {problem.requestId && <p className="tiny">Request {problem.requestId}</p>}
      </div>
      {onDismiss && (
        <button type="button" className="plain" aria-label="Close this message" onClick={onDismiss}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

/** Why a sensor is off or gave nothing, and what helps. */
export function HelpNote({ help }: { help: Help }) {
  return (
    <div className="notice notice-problem" role="alert">
      <div>
        <p>{sentence(help.message)}</p>
        {help.hint && <p className="quiet">{sentence(help.hint)}</p>}
      </div>
    </div>
  );
}

export function Reconnecting({ problem }: { problem: ApiError | null }) {
  return (
    <div className="notice" role="status">
      <span className="waiting" aria-hidden="true" />
      <div>
        <p>The music was cut off. Connecting again…</p>
        {problem && problem.status > 0 && <p>{sentence(problem.message)}</p>}
        <p className="quiet">
          {problem?.hint ?? "Nothing is lost: the same mood goes on as soon as the server answers."}
        </p>
      </div>
    </div>
  );
}

/** A button that says what it does and, for a moment, that it is done. */
export function useBusy(): [boolean, <T>(work: Promise<T>) => Promise<T>] {
  const [busy, setBusy] = useState(false);
  const during = async <T,>(work: Promise<T>): Promise<T> => {
    setBusy(true);
    try {
      return await work;
    } finally {
      setBusy(false);
    }
  };
  return [busy, during];
}
