-- The owner's corrections, and what a restory needs to live the past through again. Only additions.

-- Its place in rivers if it begins a story.
ALTER TABLE entries ADD COLUMN rank INTEGER;
-- When the story engine last took it in: first seen, changed, or come back after it was withdrawn.
ALTER TABLE entries ADD COLUMN admitted INTEGER;
UPDATE entries SET admitted = first_seen,
                   rank = CASE WHEN tier IS NULL THEN (SELECT rank FROM stories WHERE stories.id = story)
                               ELSE published END;
CREATE INDEX entries_by_admitted ON entries (admitted, id);

-- The story it proved to be one with. It has no entries then; its row stays, so that its id is never given out again.
ALTER TABLE stories ADD COLUMN merged_into INTEGER REFERENCES stories (id);
CREATE INDEX stories_by_merged_into ON stories (merged_into) WHERE merged_into IS NOT NULL;

-- What the owner said, in the order said. Never changed, never removed.
CREATE TABLE corrections (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    kind  TEXT    NOT NULL,                         -- split or join
    entry INTEGER NOT NULL REFERENCES entries (id),
    made  INTEGER NOT NULL
) STRICT;

-- What each correction says of pairs of entries; for each pair the last word holds.
CREATE TABLE correction_pairs (
    a          INTEGER NOT NULL REFERENCES entries (id),
    b          INTEGER NOT NULL REFERENCES entries (id),
    correction INTEGER NOT NULL REFERENCES corrections (id),
    word       TEXT    NOT NULL,                    -- apart, together, or lifted: an earlier word no longer holds
    PRIMARY KEY (a, b, correction),
    CHECK (a < b)
) STRICT, WITHOUT ROWID;
CREATE INDEX correction_pairs_by_correction ON correction_pairs (correction);

-- What the owner asked of the riverd that holds the store, from another process.
CREATE TABLE requests (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    asked  TEXT    NOT NULL,                        -- model::correction::Request as JSON
    made   INTEGER NOT NULL,
    answer TEXT                                     -- model::correction::Answer as JSON; NULL: it waits
) STRICT;
CREATE INDEX requests_waiting ON requests (id) WHERE answer IS NULL;
