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

-- A reset that was asked for an address which nobody has leaves a row, too. What is open for an address, as a code is
-- compared with it, comes out of the index alone.
CREATE TABLE mail_proof_with_nobody (
  id           BLOB    PRIMARY KEY,    -- random
  account_id   BLOB    REFERENCES account (id) ON DELETE CASCADE,  -- NULL: nobody's
  purpose      TEXT    NOT NULL CHECK (purpose IN ('verify_email', 'change_email', 'restore_email', 'reset_password')),
  email_index  BLOB    NOT NULL,       -- blind index of the address that the mail goes to
  email_sealed BLOB,                   -- that address under the account's data key; NULL: the one in the profile
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  closed_at    INTEGER                 -- used, or void
) WITHOUT ROWID;
INSERT INTO mail_proof_with_nobody
  SELECT id, account_id, purpose, email_index, email_sealed, created_at, expires_at, closed_at FROM mail_proof;
DROP TABLE mail_proof;
ALTER TABLE mail_proof_with_nobody RENAME TO mail_proof;
CREATE INDEX mail_proof_of_account ON mail_proof (account_id, purpose);
CREATE INDEX mail_proof_by_email ON mail_proof (email_index, created_at);
CREATE INDEX mail_proof_by_expiry ON mail_proof (expires_at);
CREATE INDEX mail_proof_open_for ON mail_proof (email_index, purpose, created_at DESC, id, account_id, expires_at)
  WHERE closed_at IS NULL;
