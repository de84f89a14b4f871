-- What each river told, its sealed archive, and when its editions changed. Only additions.

-- Grows by one whenever something becomes of a story that rivers must look at: an entry comes, changes, goes or moves.
ALTER TABLE stories ADD COLUMN touched INTEGER NOT NULL DEFAULT 0;
UPDATE stories SET touched = id;
CREATE INDEX stories_by_touched ON stories (touched);
CREATE INDEX entries_withdrawn ON entries (withdrawn) WHERE withdrawn IS NOT NULL;

-- How far each river has looked through the stories, and by which of its options.
CREATE TABLE rivers (
    name   TEXT PRIMARY KEY,
    manner TEXT    NOT NULL,                        -- options that decide what it tells; others: it looks anew
    looked INTEGER NOT NULL                         -- the largest stories.touched it has seen
) STRICT, WITHOUT ROWID;

-- What a river tells as one entry, by its id for readers. Its place: rank, then number, newest first.
CREATE TABLE told (
    river  TEXT    NOT NULL,
    id     TEXT    NOT NULL,
    story  INTEGER NOT NULL REFERENCES stories (id),
    rank   INTEGER NOT NULL,
    number INTEGER NOT NULL,
    page   INTEGER,                                 -- of the archive; NULL: in the subscription document
    gone   INTEGER,                                 -- when the last of its entries was withdrawn
    PRIMARY KEY (river, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX told_open ON told (river, rank, number) WHERE page IS NULL AND gone IS NULL;
CREATE INDEX told_by_story ON told (story, river);
CREATE INDEX told_gone ON told (river, gone) WHERE gone IS NOT NULL;

-- The sealed pages of each river's archive: their entries as they were rendered, zstd. Never changed, never removed.
CREATE TABLE pages (
    id      INTEGER PRIMARY KEY,
    river   TEXT    NOT NULL,
    number  INTEGER NOT NULL,                       -- from 1, the oldest
    entries BLOB    NOT NULL,
    size    INTEGER NOT NULL,                       -- of the entries in bytes, unpacked
    updated TEXT    NOT NULL,                       -- the newest date of change in it, as it stands there
    sealed  INTEGER NOT NULL,                       -- a whole second; later than that of the page before, if a reader can have met that one without this
    UNIQUE (river, number)
) STRICT;

-- The last edition at each path: what it was, and since when, in whole seconds.
CREATE TABLE editions (
    path     TEXT PRIMARY KEY,
    hash     TEXT    NOT NULL,
    modified INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
