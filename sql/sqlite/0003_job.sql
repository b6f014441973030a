-- Work that is done after the transaction that caused it (platform/queue). No personal data: ids and enumerations only.

CREATE TABLE job (
  id         BLOB    PRIMARY KEY,    -- UUIDv7
  queue      TEXT    NOT NULL,       -- who does it: mail, webhook …
  kind       TEXT    NOT NULL,
  payload    TEXT    NOT NULL,       -- JSON
  state      TEXT    NOT NULL CHECK (state IN ('waiting', 'dead')),
  attempts   INTEGER NOT NULL DEFAULT 0,
  due_at     INTEGER NOT NULL,       -- waiting: when it may be taken (while leased: when the lease ends); dead: since when
  created_at INTEGER NOT NULL,
  lease      BLOB,                   -- random, of whoever took it last; NULL: nobody has it
  reason     TEXT                    -- why the last attempt failed
) WITHOUT ROWID;
CREATE INDEX job_waiting ON job (queue, due_at) WHERE state = 'waiting';
CREATE INDEX job_dead ON job (queue, due_at) WHERE state = 'dead';
