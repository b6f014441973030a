-- What each role may do. Made from the configuration at the first start; then this table counts (docs/adr/0053).
CREATE TABLE role (
  name        TEXT    PRIMARY KEY,
  permissions TEXT    NOT NULL,            -- resource:action[:own], separated by spaces
  removed     INTEGER NOT NULL DEFAULT 0,  -- 1: by somebody; the configuration, which still has it, brings it not back
  updated_at  INTEGER NOT NULL
) WITHOUT ROWID;
