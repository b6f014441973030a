-- Endpoints that are told of events, and how far into the audit log the telling has come (identity/webhook).

CREATE TABLE webhook_endpoint (
  id            BLOB    PRIMARY KEY,  -- UUIDv7
  state         TEXT    NOT NULL CHECK (state IN ('enabled', 'disabled')),
  types         TEXT    NOT NULL,     -- separated by spaces, `session.*` is a group; empty: every event
  from_seq      INTEGER NOT NULL,     -- events behind this one
  sealed        BLOB    NOT NULL,     -- JSON {name, url, secrets} under the installation's key for endpoints
  created_at    INTEGER NOT NULL,
  failing_since INTEGER,              -- nothing was taken since then; NULL: the last event was
  last_failure  TEXT
) WITHOUT ROWID;

CREATE TABLE webhook_position (
  name     TEXT    PRIMARY KEY,  -- 'events'
  seq      INTEGER NOT NULL,     -- jobs were made of every event up to here but the gaps
  gaps     TEXT    NOT NULL      -- `number:since`, separated by spaces: numbers whose event may still be committed
) WITHOUT ROWID;
