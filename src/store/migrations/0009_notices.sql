-- What the owner is told of feeds and files: a row for each change of state. Only additions.
CREATE TABLE notices (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT    NOT NULL,                       -- as feeds.key
    title   TEXT    NOT NULL,                       -- what it was called then; may be empty
    state   TEXT    NOT NULL,                       -- model::notice::State as JSON
    before  TEXT,                                   -- the state before; NULL: nothing was told of it
    said    TEXT    NOT NULL,                       -- model::notice::Said as JSON
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX notices_by_subject ON notices (subject, id);
