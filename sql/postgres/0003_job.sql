-- Work that is done after the transaction that caused it (platform/queue). No personal data: ids and enumerations only.

CREATE TABLE job (
  id         UUID   PRIMARY KEY,       -- UUIDv7
  lease      UUID,                     -- random, of whoever took it last; NULL: nobody has it
  attempts   BIGINT NOT NULL DEFAULT 0,
  due_at     BIGINT NOT NULL,          -- waiting: when it may be taken (while leased: when the lease ends); dead: since when
  created_at BIGINT NOT NULL,
  state      TEXT   NOT NULL CHECK (state IN ('waiting', 'dead')),
  queue      TEXT   COLLATE "C" NOT NULL,  -- who does it: mail, webhook …
  kind       TEXT   NOT NULL,
  payload    TEXT   NOT NULL,          -- JSON
  reason     TEXT                      -- why the last attempt failed
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
CREATE INDEX job_waiting ON job (queue, due_at) WHERE state = 'waiting';
CREATE INDEX job_dead ON job (queue, due_at) WHERE state = 'dead';
