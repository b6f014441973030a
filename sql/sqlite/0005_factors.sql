-- Second factors, and sign-ins that wait for one. Times are milliseconds since the Unix epoch, UTC.

CREATE TABLE factor (
  id               BLOB    PRIMARY KEY,  -- UUIDv7
  account_id       BLOB    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  kind             TEXT    NOT NULL CHECK (kind IN ('totp', 'webauthn')),
  name_sealed      BLOB    NOT NULL,     -- both under the account's data key
  material_sealed  BLOB    NOT NULL,     -- totp: the key; webauthn: credential id, public key and what else it said
  credential_index BLOB    UNIQUE,       -- webauthn: SHA-256 of the credential id
  counter          INTEGER NOT NULL,     -- totp: the last step used; webauthn: the signature counter
  created_at       INTEGER NOT NULL,
  confirmed_at     INTEGER,              -- NULL: waits for its first code
  last_used_at     INTEGER
) WITHOUT ROWID;
CREATE INDEX factor_of_account ON factor (account_id);

-- Ten an account; a row goes when its code is used.
CREATE TABLE recovery_code (
  id         BLOB    PRIMARY KEY,  -- MAC of account and code
  account_id BLOB    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX recovery_code_of_account ON recovery_code (account_id);

-- Wrong codes of an account, over all its sign-ins and sessions; a right one removes the row.
CREATE TABLE code_guard (
  id       BLOB    PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  failures INTEGER NOT NULL,
  retry_at INTEGER NOT NULL  -- no code is looked at before
) WITHOUT ROWID;

-- A sign-in between its password and its second factor.
CREATE TABLE sign_in_step (
  id         BLOB    PRIMARY KEY,  -- random, 128 bits; what the client holds is this under a MAC
  account_id BLOB    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  proven     BLOB    NOT NULL,     -- SHA-256 of password hash and epoch: a change of either ends it
  failures   INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sign_in_step_of_account ON sign_in_step (account_id);
CREATE INDEX sign_in_step_by_expiry ON sign_in_step (expires_at);

-- Challenges that were answered, until they would have expired: none is good twice.
CREATE TABLE spent_ticket (
  id         BLOB    PRIMARY KEY,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX spent_ticket_by_expiry ON spent_ticket (expires_at);
