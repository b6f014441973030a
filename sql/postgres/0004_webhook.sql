-- Endpoints that are told of events, and how far into the audit log the telling has come (identity/webhook).

CREATE TABLE webhook_endpoint (
  id            UUID   PRIMARY KEY,  -- UUIDv7
  from_seq      BIGINT NOT NULL,     -- events behind this one
  created_at    BIGINT NOT NULL,
  failing_since BIGINT,              -- nothing was taken since then; NULL: the last event was
  state         TEXT   NOT NULL CHECK (state IN ('enabled', 'disabled')),
  types         TEXT   NOT NULL,     -- separated by spaces, `session.*` is a group; empty: every event
  last_failure  TEXT,
  sealed        BYTEA  NOT NULL      -- JSON {name, url, secrets} under the installation's key for endpoints
);

CREATE TABLE webhook_position (
  name     TEXT   COLLATE "C" PRIMARY KEY,  -- 'events'
  seq      BIGINT NOT NULL,     -- jobs were made of every event up to here but the gaps
  gaps     TEXT   NOT NULL      -- `number:since`, separated by spaces: numbers whose event may still be committed
);
