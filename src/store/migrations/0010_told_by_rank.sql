-- Old entries that a feed brings along are told in no river, and have dates all over the years: in an index by date each
-- of them is on a page of its own.

-- What rivers tell, newest first, with all that says whether a river selects it: rows of entries are long.
DROP INDEX entries_by_rank;
CREATE INDEX entries_by_rank ON entries (rank DESC, id DESC, story, feed, language)
    WHERE withdrawn IS NULL AND backfill IS NULL;
-- Where each entry stands, those that were kept only too: what a search found is put in order by it.
CREATE INDEX entries_rank ON entries (id, rank) WHERE withdrawn IS NULL;
