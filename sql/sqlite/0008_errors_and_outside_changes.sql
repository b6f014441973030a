-- Answers 5xx, to be looked up by the error_id that a caller was given: the newest 10,000, none older than 30 days.
CREATE TABLE error_report (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  error_id TEXT    NOT NULL,  -- the request's trace id, 32 hexadecimal digits; a caller may have chosen it
  at       INTEGER NOT NULL,
  status   INTEGER NOT NULL,
  route    TEXT    NOT NULL,  -- the pattern, never the path
  kind     TEXT    NOT NULL,
  detail   TEXT    NOT NULL   -- no personal data: what the log says, too
);
CREATE INDEX error_report_by_id ON error_report (error_id);
CREATE INDEX error_report_by_time ON error_report (at);

-- On PostgreSQL this migration also records what is changed around the program. Who can write to an SQLite file is
-- whoever runs the program, so there is nobody that a trigger could tell apart.
