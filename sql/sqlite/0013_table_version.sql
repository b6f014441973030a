-- How often a table that every process follows has changed: read many times a second, the table itself when this moved.
CREATE TABLE table_version (
  name    TEXT    PRIMARY KEY,  -- of the table
  version INTEGER NOT NULL
) WITHOUT ROWID;
