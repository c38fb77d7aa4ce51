-- Labels that listeners give by hand, and the queue of work.

CREATE TABLE label (
    listener TEXT NOT NULL,
    song INTEGER NOT NULL REFERENCES song (id),
    valence REAL NOT NULL,
    arousal REAL NOT NULL,
    unix_s INTEGER NOT NULL,
    PRIMARY KEY (listener, song)
) STRICT;
CREATE INDEX label_by_song ON label (song);

CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- When it may be taken; while it is leased, when the lease ends.
    ready_unix_s INTEGER NOT NULL,
    worker TEXT,
    poisoned INTEGER NOT NULL DEFAULT 0,
    failure TEXT,
    UNIQUE (kind, key)
) STRICT;
CREATE INDEX job_by_readiness ON job (kind, poisoned, ready_unix_s, id);
