/** How to add songs to a library that has none. */

interface EmptyLibraryProps {
  onAgain(): void;
}

export function EmptyLibrary({ onAgain }: EmptyLibraryProps) {
  return (
    <section className="card empty-library" aria-labelledby="empty-title">
      <h2 id="empty-title">No songs yet</h2>
      <p>
        Affetto can find songs for a mood among your own. Tell it where they are, in a terminal on
        the machine where it runs:
      </p>
      <dl>
        <div>
          <dt>A folder of music, which is only read:</dt>
          <dd>
            <code>affetto library scan FOLDER</code>
          </dd>
        </div>
        <div>
          <dt>A list of songs with their moods, such as a table of your own:</dt>
          <dd>
            <code>affetto catalogue add csv --data songs.csv</code>
          </dd>
        </div>
        <div>
          <dt>What other lists can be read:</dt>
          <dd>
            <code>affetto catalogue list</code>
          </dd>
        </div>
      </dl>
      <button type="button" className="primary" onClick={onAgain}>
        Look again
      </button>
    </section>
  );
}
