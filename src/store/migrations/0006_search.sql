-- Full-text search, and what lets a river select without reading the whole store. Only additions, but for one index
-- that a wider one takes the place of.

-- The words of each entry that is not withdrawn, folded (model::folding), under the entry's number. Only the index: the
-- texts stand in entries alone. `source` holds one word that stands for the feed, so that what a feed is called is
-- looked up when it is asked for. Filled from stored texts by whoever opens the store next; how far, says the row
-- 'search' of meta.
CREATE VIRTUAL TABLE search USING fts5 (
    title, summary, content, source,
    content = '', contentless_delete = 1, tokenize = 'ascii'
);
-- A document is a piece of the index; more pieces before they are merged means that less is written again.
INSERT INTO search (search, rank) VALUES ('automerge', 8);

-- Newest first, with all that says whether a river selects an entry, and when it last changed: rows of entries are long.
DROP INDEX entries_by_rank;
CREATE INDEX entries_by_rank ON entries (rank DESC, id DESC, story, feed, language, admitted, backfill)
    WHERE withdrawn IS NULL;
-- The same of each feed, for rivers of few feeds.
CREATE INDEX entries_by_feed ON entries (feed, rank DESC, id DESC, story, language, admitted, backfill)
    WHERE withdrawn IS NULL;
