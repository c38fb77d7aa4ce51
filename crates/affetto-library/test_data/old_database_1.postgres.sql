-- A database as version 1 of the program wrote it on PostgreSQL: its tables and one song. Never edited.

CREATE TABLE migration (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL);
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

INSERT INTO migration (version, name) VALUES (1, '0001_songs');
INSERT INTO source (name, kind) VALUES ('deezer', 2);
INSERT INTO song (title, artist, album, year, valence, arousal, valence_sd, arousal_sd, mood_origin, quadrant, search, sort)
    VALUES ('Sinnerman', 'Nina Simone', 'Pastel Blues', 1965, 0.25, 0.5, 0.3, 0.4, 3, 0, 'sinnerman nina simone pastel blues', 'nina simone sinnerman');
INSERT INTO name (key, song) VALUES ('nina simone' || chr(9) || 'sinnerman', 1);
INSERT INTO said (source, item, song, info) VALUES ('deezer', 'Nina Simone' || chr(9) || 'Sinnerman', 1,
    '{"title":"Sinnerman","artist":"Nina Simone","album":"Pastel Blues","year":1965,"mood":{"valence":0.25,"arousal":0.5,"valence_sd":0.3,"arousal_sd":0.4,"origin":"tags"}}');
INSERT INTO file (path, size, modified_unix_ms, failure, analysis_version) VALUES ('/music/bad.mp3', 0, 0, 'no sound in it', 1);
INSERT INTO feedback (listener, song, kind, at_s, unix_s) VALUES ('me', 1, 'skip', 12.5, 1700000000);
INSERT INTO playlist (listener, name, unix_s) VALUES ('me', 'Evening', 1700000000);
INSERT INTO playlist_song (playlist, position, song) VALUES (1, 0, 1);
