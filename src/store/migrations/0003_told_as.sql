-- What a river needs that does not fold every tier. Only additions.

-- Its id for readers where it is the first of what a river tells as one entry; minted once. Where it began a story,
-- it is the story's.
ALTER TABLE entries ADD COLUMN told_as TEXT;
UPDATE entries SET told_as = (SELECT atom_id FROM stories WHERE stories.id = story)
    || CASE WHEN id = (SELECT min(e.id) FROM entries AS e WHERE e.story = entries.story) THEN ''
            ELSE '/entry/' || id END;
CREATE UNIQUE INDEX entries_by_told_as ON entries (told_as);

-- Newest first, as such a river looks for what to tell.
CREATE INDEX entries_by_rank ON entries (rank DESC, id DESC) WHERE withdrawn IS NULL;
