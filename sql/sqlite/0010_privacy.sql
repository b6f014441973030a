-- Accounts whose owners asked for their end, and those that are gone.

-- Until then the account works as before, and its owner may change their mind.
CREATE TABLE account_deletion (
  account_id   BLOB    PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  requested_at INTEGER NOT NULL,
  erase_at     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX account_deletion_by_time ON account_deletion (erase_at);

-- Ids alone, which nobody gets a second time: whoever restores a backup from before erases them again.
CREATE TABLE erased_account (
  id        BLOB    PRIMARY KEY,
  erased_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX erased_account_by_time ON erased_account (erased_at);

-- Whoever deletes an account deletes its ended sessions, too, and has to find them: the foreign key does, by the first
-- column. Live ones stay together for those who list and count them; a refresh changes none of these columns.
DROP INDEX session_of_account;
CREATE INDEX session_of_account ON session (account_id, ended_at, created_at);
