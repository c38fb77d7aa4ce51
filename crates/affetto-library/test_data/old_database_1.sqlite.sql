-- A database as version 1 of the program wrote it on SQLite: its tables and one song. Never edited.

CREATE TABLE migration (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL);
-- Songs, what each source says of them, files, feedback, playlists.

CREATE TABLE source (
    name TEXT NOT NULL PRIMARY KEY,
    kind INTEGER NOT NULL
) STRICT;

-- AUTOINCREMENT: the number of an erased song is never given again.
CREATE TABLE song (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    artist TEXT NOT NULL,
    album TEXT,
    year INTEGER,
    genre TEXT,
    duration_s REAL,
    path TEXT,
    link TEXT,
    valence REAL,
    arousal REAL,
    valence_sd REAL,
    arousal_sd REAL,
    mood_origin INTEGER,
    quadrant INTEGER,
    tempo_bpm REAL,
    tonic INTEGER,
    major INTEGER,
    loudness_lufs REAL,
    words TEXT,
    features TEXT,
    -- Title, artist and album, folded.
    search TEXT NOT NULL,
    -- Artist and title, folded.
    sort TEXT NOT NULL
) STRICT;
CREATE INDEX song_by_sort ON song (sort, id);
CREATE INDEX song_by_genre ON song (genre);

-- Names under which a song is found again.
CREATE TABLE name (
    key TEXT NOT NULL PRIMARY KEY,
    song INTEGER NOT NULL REFERENCES song (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX name_by_song ON name (song);

-- What each source says; item is the source's own name of the record.
CREATE TABLE said (
    source TEXT NOT NULL REFERENCES source (name),
    item TEXT NOT NULL,
    song INTEGER NOT NULL REFERENCES song (id),
    path TEXT,
    info TEXT NOT NULL,
    features TEXT,
    PRIMARY KEY (source, item)
) STRICT;
CREATE INDEX said_by_song ON said (song, source);
CREATE INDEX said_by_path ON said (path) WHERE path IS NOT NULL;

CREATE TABLE file (
    path TEXT NOT NULL PRIMARY KEY,
    song INTEGER REFERENCES song (id) ON DELETE SET NULL,
    size INTEGER NOT NULL,
    modified_unix_ms INTEGER NOT NULL,
    fingerprint INTEGER,
    failure TEXT,
    analysis_version INTEGER NOT NULL,
    descriptors_version INTEGER,
    descriptors BLOB
) STRICT;
CREATE INDEX file_by_song ON file (song);
CREATE INDEX file_by_fingerprint ON file (fingerprint) WHERE fingerprint IS NOT NULL;

-- Append only; rows go only when a listener is erased.
CREATE TABLE feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    listener TEXT NOT NULL,
    song INTEGER NOT NULL REFERENCES song (id),
    kind TEXT NOT NULL,
    at_s REAL,
    valence REAL,
    arousal REAL,
    unix_s INTEGER NOT NULL,
    context_valence REAL,
    context_arousal REAL
) STRICT;
CREATE INDEX feedback_by_listener ON feedback (listener, id);
CREATE INDEX feedback_by_song ON feedback (song);

CREATE TABLE taste (
    listener TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    unix_s INTEGER NOT NULL
) STRICT;

CREATE TABLE playlist (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    listener TEXT NOT NULL,
    name TEXT NOT NULL,
    unix_s INTEGER NOT NULL,
    UNIQUE (listener, name)
) STRICT;

CREATE TABLE playlist_song (
    playlist INTEGER NOT NULL REFERENCES playlist (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    song INTEGER NOT NULL REFERENCES song (id),
    PRIMARY KEY (playlist, position)
) STRICT;
CREATE INDEX playlist_song_by_song ON playlist_song (song);

INSERT INTO migration (version, name) VALUES (1, '0001_songs');
INSERT INTO source (name, kind) VALUES ('deezer', 2);
INSERT INTO song (title, artist, album, year, valence, arousal, valence_sd, arousal_sd, mood_origin, quadrant, search, sort)
    VALUES ('Sinnerman', 'Nina Simone', 'Pastel Blues', 1965, 0.25, 0.5, 0.3, 0.4, 3, 0, 'sinnerman nina simone pastel blues', 'nina simone sinnerman');
INSERT INTO name (key, song) VALUES ('nina simone' || char(9) || 'sinnerman', 1);
INSERT INTO said (source, item, song, info) VALUES ('deezer', 'Nina Simone' || char(9) || 'Sinnerman', 1,
    '{"title":"Sinnerman","artist":"Nina Simone","album":"Pastel Blues","year":1965,"mood":{"valence":0.25,"arousal":0.5,"valence_sd":0.3,"arousal_sd":0.4,"origin":"tags"}}');
INSERT INTO file (path, size, modified_unix_ms, failure, analysis_version) VALUES ('/music/bad.mp3', 0, 0, 'no sound in it', 1);
INSERT INTO feedback (listener, song, kind, at_s, unix_s) VALUES ('me', 1, 'skip', 12.5, 1700000000);
INSERT INTO playlist (listener, name, unix_s) VALUES ('me', 'Evening', 1700000000);
INSERT INTO playlist_song (playlist, position, song) VALUES (1, 0, 1);
