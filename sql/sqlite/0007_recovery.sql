-- What is open between accounts and mailboxes. Nothing here can be used as a token: links and codes are MACs over `id`.

CREATE TABLE mail_proof (
  id           BLOB    PRIMARY KEY,    -- random
  account_id   BLOB    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  purpose      TEXT    NOT NULL CHECK (purpose IN ('verify_email', 'change_email', 'restore_email', 'reset_password')),
  email_index  BLOB    NOT NULL,       -- blind index of the address that the mail goes to
  email_sealed BLOB,                   -- that address under the account's data key; NULL: the one in the profile
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,  -- codes that were tried
  closed_at    INTEGER                 -- used, or void
) WITHOUT ROWID;
CREATE INDEX mail_proof_of_account ON mail_proof (account_id, purpose);
CREATE INDEX mail_proof_by_email ON mail_proof (email_index, created_at);
CREATE INDEX mail_proof_by_expiry ON mail_proof (expires_at);

-- Accounts whose address nobody has shown to read: account.email_index is NULL until then.
CREATE TABLE unproven_email (
  account_id  BLOB    PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  email_index BLOB    NOT NULL,
  created_at  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX unproven_email_by_email ON unproven_email (email_index, created_at);

-- Browsers that an account was used from. A keyed digest of account, kind of browser and network: it can be compared,
-- not read.
CREATE TABLE known_client (
  digest       BLOB    PRIMARY KEY,
  account_id   BLOB    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  last_seen_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX known_client_of_account ON known_client (account_id, last_seen_at);
CREATE INDEX known_client_by_age ON known_client (last_seen_at);

-- Accounts in waiting: accepting one moves it into `account`, under the id and the data key that it has here.
CREATE TABLE invite (
  account_id     BLOB    PRIMARY KEY,   -- UUIDv7
  email_index    BLOB    NOT NULL UNIQUE,
  data_key_seed  BLOB    NOT NULL,
  profile_sealed BLOB    NOT NULL,      -- JSON {email, display_name} under the data key
  roles          TEXT    NOT NULL,      -- sorted, separated by spaces
  invited_by     BLOB,                  -- an account
  created_at     INTEGER NOT NULL,
  expires_at     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX invite_by_expiry ON invite (expires_at);
