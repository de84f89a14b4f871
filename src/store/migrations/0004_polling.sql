-- What polling needs that is polite and complete. Only additions.

-- Stored when its feed was added, too old to be news: it stands in no river. NULL: it is news.
ALTER TABLE entries ADD COLUMN backfill INTEGER;

-- What is asked for now. A subscription stands for itself, or in a list (an OPML document on the web) that is itself
-- asked for; lists within lists are not followed.
CREATE VIEW asked AS
    SELECT asked_by, feed, title, html_url, labels FROM subscriptions
    WHERE asked_by = 'config' OR asked_by LIKE 'file:%'
       OR asked_by IN (SELECT key FROM feeds WHERE id IN
            (SELECT feed FROM subscriptions WHERE asked_by = 'config' OR asked_by LIKE 'file:%'));
