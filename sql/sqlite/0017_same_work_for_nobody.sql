-- So that no clock tells who has an account (docs/adr/0061).

-- An event that concerns nobody has its place in the index, too.
DROP INDEX audit_event_of_subject;
CREATE INDEX audit_event_of_subject ON audit_event (subject, seq);

-- Codes that were tried, whether or not one was ever mailed. Rows go half an hour after the first try.
CREATE TABLE code_attempt (
  id       BLOB    PRIMARY KEY,  -- mail_proof.purpose, ':', and an account or the blind index of an address
  attempts INTEGER NOT NULL,
  until    INTEGER NOT NULL      -- they count so long
) WITHOUT ROWID;
CREATE INDEX code_attempt_by_time ON code_attempt (until);
ALTER TABLE mail_proof DROP COLUMN attempts;

-- What is open for an address stands together, so that as many rows of others can be read where there is nothing.
CREATE INDEX mail_proof_open_for ON mail_proof (purpose, email_index, created_at DESC, id) WHERE closed_at IS NULL;
