-- The audit log. Rows are added, and removed from the front once they are sealed and old (audit_checkpoint says up to
-- where): whatever else is tried is refused here, and found by `gatehouse audit verify` where it could not be refused.

CREATE TABLE audit_event (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  actor   BLOB,              -- account whose act it was
  subject BLOB,              -- account concerned; no reference: the log outlives the account
  type    TEXT    NOT NULL,  -- platform/audit/event_types.hpp
  fields  TEXT    NOT NULL   -- JSON object of strings: ids, numbers, words of enumerations; no personal data
);
CREATE INDEX audit_event_by_time ON audit_event (at);
CREATE INDEX audit_event_by_type ON audit_event (type, seq);
CREATE INDEX audit_event_of_subject ON audit_event (subject, seq) WHERE subject IS NOT NULL;
CREATE INDEX audit_event_of_actor ON audit_event (actor, seq) WHERE actor IS NOT NULL;

-- What was sealed together, each with the hash of the one before.
CREATE TABLE audit_batch (
  number    INTEGER PRIMARY KEY,  -- 1, 2, 3 …
  sealed_at INTEGER NOT NULL,
  last_seq  INTEGER NOT NULL,     -- the highest number in this batch and those before it
  record    TEXT    NOT NULL      -- the sealed line, as it is exported
);
CREATE INDEX audit_batch_by_time ON audit_batch (sealed_at);

-- One row, once retention has removed batches from the front.
CREATE TABLE audit_checkpoint (
  name     TEXT    PRIMARY KEY,  -- 'front'
  number   INTEGER NOT NULL,     -- the last batch that was removed
  last_seq INTEGER NOT NULL,     -- its last_seq: no event up to here has to be there
  record   TEXT    NOT NULL      -- the removed batch's line, sealed again as a checkpoint
) WITHOUT ROWID;

CREATE TRIGGER audit_event_is_never_changed BEFORE UPDATE ON audit_event
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_event_goes_by_retention_alone BEFORE DELETE ON audit_event
WHEN OLD.seq > COALESCE((SELECT last_seq FROM audit_checkpoint), 0)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_batch_is_never_changed BEFORE UPDATE ON audit_batch
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_batch_goes_by_retention_alone BEFORE DELETE ON audit_batch
WHEN OLD.number > COALESCE((SELECT number FROM audit_checkpoint), 0)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;
