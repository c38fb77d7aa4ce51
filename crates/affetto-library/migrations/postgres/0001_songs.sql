-- Songs, what each source says of them, files, feedback, playlists.

CREATE TABLE source (
    name TEXT NOT NULL PRIMARY KEY,
    kind BIGINT NOT NULL
);

-- Identity: the number of an erased song is never given again.
CREATE TABLE song (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title TEXT NOT NULL,
    artist TEXT NOT NULL,
    album TEXT,
    year BIGINT,
    genre TEXT,
    duration_s DOUBLE PRECISION,
    path TEXT,
    link TEXT,
    valence DOUBLE PRECISION,
    arousal DOUBLE PRECISION,
    valence_sd DOUBLE PRECISION,
    arousal_sd DOUBLE PRECISION,
    mood_origin BIGINT,
    quadrant BIGINT,
    tempo_bpm DOUBLE PRECISION,
    tonic BIGINT,
    major BIGINT,
    loudness_lufs DOUBLE PRECISION,
    words TEXT,
    features TEXT,
    -- Title, artist and album, folded.
    search TEXT NOT NULL,
    -- Artist and title, folded.
    sort TEXT COLLATE "C" NOT NULL
);
CREATE INDEX song_by_sort ON song (sort, id);
CREATE INDEX song_by_genre ON song (genre);

-- Names under which a song is found again.
CREATE TABLE name (
    key TEXT NOT NULL PRIMARY KEY,
    song BIGINT NOT NULL REFERENCES song (id) ON DELETE CASCADE
);
CREATE INDEX name_by_song ON name (song);

-- What each source says; item is the source's own name of the record.
CREATE TABLE said (
    source TEXT NOT NULL REFERENCES source (name),
    item TEXT NOT NULL,
    song BIGINT NOT NULL REFERENCES song (id),
    path TEXT,
    info TEXT NOT NULL,
    features TEXT,
    PRIMARY KEY (source, item)
);
CREATE INDEX said_by_song ON said (song, source);
CREATE INDEX said_by_path ON said (path) WHERE path IS NOT NULL;

CREATE TABLE file (
    path TEXT NOT NULL PRIMARY KEY,
    song BIGINT REFERENCES song (id) ON DELETE SET NULL,
    size BIGINT NOT NULL,
    modified_unix_ms BIGINT NOT NULL,
    fingerprint BIGINT,
    failure TEXT,
    analysis_version BIGINT NOT NULL,
    descriptors_version BIGINT,
    descriptors BYTEA
);
CREATE INDEX file_by_song ON file (song);
CREATE INDEX file_by_fingerprint ON file (fingerprint) WHERE fingerprint IS NOT NULL;

-- Append only; rows go only when a listener is erased.
CREATE TABLE feedback (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    listener TEXT NOT NULL,
    song BIGINT NOT NULL REFERENCES song (id),
    kind TEXT NOT NULL,
    at_s DOUBLE PRECISION,
    valence DOUBLE PRECISION,
    arousal DOUBLE PRECISION,
    unix_s BIGINT NOT NULL,
    context_valence DOUBLE PRECISION,
    context_arousal DOUBLE PRECISION
);
CREATE INDEX feedback_by_listener ON feedback (listener, id);
CREATE INDEX feedback_by_song ON feedback (song);

CREATE TABLE taste (
    listener TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    unix_s BIGINT NOT NULL
);

CREATE TABLE playlist (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    listener TEXT NOT NULL,
    name TEXT NOT NULL,
    unix_s BIGINT NOT NULL,
    UNIQUE (listener, name)
);

CREATE TABLE playlist_song (
    playlist BIGINT NOT NULL REFERENCES playlist (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    song BIGINT NOT NULL REFERENCES song (id),
    PRIMARY KEY (playlist, position)
);
CREATE INDEX playlist_song_by_song ON playlist_song (song);
