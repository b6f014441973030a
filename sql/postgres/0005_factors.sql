-- Second factors, and sign-ins that wait for one. As sqlite/0005_factors.sql, in PostgreSQL's types.

CREATE TABLE factor (
  id               UUID   PRIMARY KEY,  -- UUIDv7
  account_id       UUID   NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  counter          BIGINT NOT NULL,     -- totp: the last step used; webauthn: the signature counter
  created_at       BIGINT NOT NULL,
  confirmed_at     BIGINT,              -- NULL: waits for its first code
  last_used_at     BIGINT,
  kind             TEXT   COLLATE "C" NOT NULL CHECK (kind IN ('totp', 'webauthn')),
  name_sealed      BYTEA  NOT NULL,     -- both under the account's data key
  material_sealed  BYTEA  NOT NULL,     -- totp: the key; webauthn: credential id, public key and what else it said
  credential_index BYTEA  UNIQUE        -- webauthn: SHA-256 of the credential id
);
CREATE INDEX factor_of_account ON factor (account_id);

-- Ten an account; a row goes when its code is used.
CREATE TABLE recovery_code (
  id         BYTEA  PRIMARY KEY,  -- MAC of account and code
  account_id UUID   NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL
);
CREATE INDEX recovery_code_of_account ON recovery_code (account_id);

-- Wrong codes of an account, over all its sign-ins and sessions; a right one removes the row.
CREATE TABLE code_guard (
  id       UUID   PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  failures BIGINT NOT NULL,
  retry_at BIGINT NOT NULL  -- no code is looked at before
);

-- A sign-in between its password and its second factor.
CREATE TABLE sign_in_step (
  id         UUID   PRIMARY KEY,  -- random, 128 bits; what the client holds is this under a MAC
  account_id UUID   NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  failures   BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  proven     BYTEA  NOT NULL      -- SHA-256 of password hash and epoch: a change of either ends it
);
CREATE INDEX sign_in_step_of_account ON sign_in_step (account_id);
CREATE INDEX sign_in_step_by_expiry ON sign_in_step (expires_at);

-- Challenges that were answered, until they would have expired: none is good twice.
CREATE TABLE spent_ticket (
  id         UUID   PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX spent_ticket_by_expiry ON spent_ticket (expires_at);
