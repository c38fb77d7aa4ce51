/** The last net: a fault of the page is said in words instead of leaving it empty. */

import { Component } from "react";
import type { ReactNode } from "react";

interface BoundaryState {
  fault: Error | null;
}

/** A class, because React offers this to classes alone. */
export class Boundary extends Component<{ children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { fault: null };

  static getDerivedStateFromError(fault: Error): BoundaryState {
    return { fault };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (!fault) return this.props.children;
    return (
      <main className="page broken" role="alert">
        <h1>Something in this page broke</h1>
        <p>It is not your fault. Loading it again usually helps; kept pieces are still there.</p>
        <p className="tiny">{fault.message}</p>
        <button type="button" className="primary" onClick={() => window.location.reload()}>
          Load the page again
        </button>
      </main>
    );
  }
}
