-- What may be forgotten, and what was. Only additions.

-- The numbers of the entries that its last document held, as a JSON list: they would come back. NULL: not known.
ALTER TABLE feeds ADD COLUMN holds TEXT;

-- When all its entries were forgotten. Its row stays, so that its id is never given out again.
ALTER TABLE stories ADD COLUMN forgotten INTEGER;

-- Entries that were forgotten, by what would make them come back as new.
CREATE TABLE forgotten (
    feed    INTEGER NOT NULL REFERENCES feeds (id),
    key     TEXT    NOT NULL,                       -- the publisher's id within the feed
    told_as TEXT    NOT NULL,                       -- its id for readers, never given out again; empty: its story's row says it
    PRIMARY KEY (feed, key, told_as)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX forgotten_by_told_as ON forgotten (told_as) WHERE told_as <> '';
