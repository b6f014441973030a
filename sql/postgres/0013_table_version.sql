-- How often a table that every process follows has changed: read many times a second, the table itself when this moved.
CREATE TABLE table_version (
  name    TEXT   COLLATE "C" PRIMARY KEY,  -- of the table
  version BIGINT NOT NULL
);
