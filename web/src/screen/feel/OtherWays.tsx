/** Speak and Show, and who leads while they go on all the time. */

import type { Options } from "../../api/types";
import type { Feelings } from "../../hooks/useFeelings";
import type { Theme } from "../../model/color";
import { offeredBy } from "../../senses/offered";
import { Senses } from "./Senses";

interface OtherWaysProps {
  feelings: Feelings;
  options: Options;
  theme: Theme;
}

export function OtherWays({ feelings, options, theme }: OtherWaysProps) {
  const { sensing, state } = feelings;
  const offered = offeredBy(options);
  if (!offered) return null;
  const continuous = state.voice.continuous || state.face.continuous;
  return (
    <>
      {continuous && !state.leads && (
        <p className="advisory">
          You lead; voice and face only advise.
          <button type="button" className="small" onClick={() => sensing.release()}>
            Let them lead
          </button>
        </p>
      )}
      <Senses
        sensing={sensing}
        state={state}
        {...offered}
        theme={theme}
        onCorrect={feelings.correct}
      />
    </>
  );
}
