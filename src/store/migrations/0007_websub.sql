-- Subscriptions at hubs, and what hubs were told. Only additions.

-- A feed's subscription at its hub. It bears secrets.
CREATE TABLE hub_subscriptions (
    feed         TEXT PRIMARY KEY,                  -- as feeds.key
    subscription TEXT NOT NULL,                     -- model::websub::HubSubscription as JSON
    pushes_until INTEGER                            -- when its lease ends; NULL: the hub does not push
) STRICT, WITHOUT ROWID;

-- The version of each published feed that the hub was told of last.
CREATE TABLE announced (
    url  TEXT PRIMARY KEY,
    etag TEXT NOT NULL
) STRICT, WITHOUT ROWID;
