-- Labels that listeners give by hand, and the queue of work.

CREATE TABLE label (
    listener TEXT NOT NULL,
    song BIGINT NOT NULL REFERENCES song (id),
    valence DOUBLE PRECISION NOT NULL,
    arousal DOUBLE PRECISION NOT NULL,
    unix_s BIGINT NOT NULL,
    PRIMARY KEY (listener, song)
);
CREATE INDEX label_by_song ON label (song);

CREATE TABLE job (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    -- When it may be taken; while it is leased, when the lease ends.
    ready_unix_s BIGINT NOT NULL,
    worker TEXT,
    poisoned BIGINT NOT NULL DEFAULT 0,
    failure TEXT,
    UNIQUE (kind, key)
);
CREATE INDEX job_by_readiness ON job (kind, poisoned, ready_unix_s, id);
