-- The first schema. Times are milliseconds since 1970 UTC; JSON columns hold the model's own shapes.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row per remote feed or file, whether followed now or once.
CREATE TABLE feeds (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    key           TEXT    NOT NULL UNIQUE,          -- the URL, or file:PATH
    atom_id       TEXT    NOT NULL,                 -- for atom:source; minted once where the publisher has none
    feed          TEXT    NOT NULL,                 -- model::feed::Feed as JSON
    shape         TEXT,                             -- rss, atom, text, …; NULL: nothing read yet
    complaints    TEXT    NOT NULL DEFAULT '[]',
    poll          TEXT    NOT NULL DEFAULT '{}',    -- model::poll::PollState as JSON
    hints         TEXT    NOT NULL DEFAULT '{}',    -- model::feed::PollHints as JSON
    next_poll     INTEGER,
    etag          BLOB,
    last_modified BLOB,
    content_hash  BLOB,
    modified_ns   INTEGER,                          -- the stamp of a file; NULL for remote feeds
    size          INTEGER,
    inode         INTEGER,
    first_seen    INTEGER NOT NULL,
    gone          INTEGER                           -- when the file was removed
) STRICT;

-- What the owner asked to follow, once for each place that asks for it.
CREATE TABLE subscriptions (
    asked_by TEXT    NOT NULL,                      -- file:PATH of an OPML file, or config
    feed     INTEGER NOT NULL REFERENCES feeds (id),
    title    TEXT,
    html_url TEXT,
    labels   TEXT    NOT NULL DEFAULT '[]',
    PRIMARY KEY (asked_by, feed)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_by_feed ON subscriptions (feed);

CREATE TABLE stories (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    atom_id    TEXT    NOT NULL UNIQUE,
    first_seen INTEGER NOT NULL,
    rank       INTEGER NOT NULL,                    -- its place in rivers, newest first
    live       INTEGER NOT NULL DEFAULT 0           -- entries that are not withdrawn
) STRICT;
CREATE INDEX stories_by_rank ON stories (rank DESC, id DESC) WHERE live > 0;

CREATE TABLE entries (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    feed         INTEGER NOT NULL REFERENCES feeds (id),
    key          TEXT    NOT NULL,                  -- the publisher's id within the feed
    story        INTEGER NOT NULL REFERENCES stories (id),
    tier         TEXT,                              -- NULL: it began the story
    verdict      TEXT    NOT NULL,                  -- model::story::Verdict as JSON
    fingerprint  BLOB    NOT NULL,
    atom_id      TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    link         TEXT,
    language     TEXT,
    entry        TEXT    NOT NULL,                  -- model::entry::Entry as JSON
    content_hash BLOB    NOT NULL,                  -- of what a reader sees
    published    INTEGER NOT NULL,
    updated      INTEGER NOT NULL,
    first_seen   INTEGER NOT NULL,
    withdrawn    INTEGER,
    UNIQUE (feed, key)
) STRICT;
CREATE INDEX entries_by_story ON entries (story);
CREATE INDEX entries_by_first_seen ON entries (first_seen);

-- Files of the folder that are not in, and why.
CREATE TABLE set_aside (
    path   TEXT PRIMARY KEY,
    reason TEXT    NOT NULL,
    seen   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
