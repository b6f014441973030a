-- Accounts, sessions, signing keys and the revocation log. Times are milliseconds since the Unix epoch, UTC.

-- What a sign-in or a refresh reads, and nothing else: the rows of many accounts fit in memory (docs/adr/0030).
CREATE TABLE account (
  id                BLOB    PRIMARY KEY,      -- UUIDv7
  username          TEXT    NOT NULL UNIQUE,  -- PRECIS UsernameCaseMapped (RFC 8265)
  username_skeleton TEXT    NOT NULL,         -- UTS 39 skeleton; empty where it is the username, as it mostly is
  email_index       BLOB    UNIQUE,           -- blind index of the normalised address, 15 bytes
  data_key_seed     BLOB,                     -- 16 bytes, from which the account's own key is made; NULL once erased
  password_hash     BLOB    NOT NULL,         -- crypto/packed_hash.hpp
  state             TEXT    NOT NULL CHECK (state IN ('a', 'd')),  -- active, disabled
  roles             TEXT    NOT NULL DEFAULT '', -- sorted, separated by spaces: they are read with every refresh
  epoch             INTEGER NOT NULL DEFAULT 1,  -- grows when every older access token must become void
  updated_at        INTEGER NOT NULL
) WITHOUT ROWID;
-- Two names that look alike are one.
CREATE UNIQUE INDEX account_skeleton ON account (COALESCE(NULLIF(username_skeleton, ''), username));

-- What only the account's page, lists, mails and exports read.
CREATE TABLE account_profile (
  account_id     BLOB    PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  created_at     INTEGER NOT NULL,
  profile_sealed BLOB                 -- JSON {email, display_name} under the account's data key; NULL once erased
) WITHOUT ROWID;

CREATE TABLE session (
  id              BLOB    PRIMARY KEY,   -- random, 128 bits
  account_id      BLOB    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at      INTEGER NOT NULL,
  last_used_at    INTEGER NOT NULL,
  counter         INTEGER NOT NULL,      -- of the refresh token that is valid now
  rotated_at      INTEGER NOT NULL,      -- when the counter last grew: start of the grace window
  client_sealed   BLOB    NOT NULL,      -- JSON {address, agent} under the account's data key
  amr             TEXT    NOT NULL,      -- RFC 8176, separated by spaces
  auth_time       INTEGER NOT NULL,
  idle_expires_at INTEGER NOT NULL,      -- moves with each use, never beyond expires_at
  expires_at      INTEGER NOT NULL,
  ended_at        INTEGER,
  end_reason      TEXT
) WITHOUT ROWID;
CREATE INDEX session_of_account ON session (account_id, created_at) WHERE ended_at IS NULL;
CREATE INDEX session_by_expiry ON session (expires_at);
CREATE INDEX session_by_end ON session (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE revocation (
  seq       INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice, so that a follower notices every row
  kind      INTEGER NOT NULL,                   -- contract::Revocation::Kind
  key       BLOB    NOT NULL,
  min_epoch INTEGER NOT NULL DEFAULT 0,
  until     INTEGER NOT NULL
);
CREATE INDEX revocation_by_until ON revocation (until);

CREATE TABLE signing_key (
  kid            TEXT    PRIMARY KEY,
  algorithm      TEXT    NOT NULL,
  state          TEXT    NOT NULL CHECK (state IN ('next', 'current', 'previous', 'revoked')),
  public_jwk     TEXT    NOT NULL,  -- empty for HS256, which has no public half
  private_sealed BLOB    NOT NULL,
  created_at     INTEGER NOT NULL,
  activated_at   INTEGER,
  verify_until   INTEGER            -- of a previous or revoked key: when the last token it signed has expired
) WITHOUT ROWID;
-- Whatever races, one key signs and one waits.
CREATE UNIQUE INDEX signing_key_in_turn ON signing_key (state) WHERE state IN ('next', 'current');

-- Keys for MACs and sealing, each sealed under the master key, so that the master key can be replaced.
CREATE TABLE server_secret (
  purpose    TEXT    PRIMARY KEY,  -- refresh_mac, blind_index, account_kek
  sealed     BLOB    NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
