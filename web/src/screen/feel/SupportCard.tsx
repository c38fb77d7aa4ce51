/** Where to find help, shown gently when the words speak of hurting oneself. */

import type { Support } from "../../api/types";

export function SupportCard({ support }: { support: Support }) {
  return (
    <div className="card support" aria-label="Where to find help" role="status">
      <p>{support.message}</p>
      <ul>
        {support.resources.map((resource) => (
          <li key={resource.name}>
            <b>{resource.name}</b> <span>{resource.contact}</span>{" "}
            <span className="quiet">{resource.region}</span>
          </li>
        ))}
      </ul>
      <p className="note">The music goes on, quietly. Nothing you write is kept.</p>
    </div>
  );
}
