-- What each role may do. Made from the configuration at the first start; then this table counts (docs/adr/0053).
CREATE TABLE role (
  name        TEXT   COLLATE "C" PRIMARY KEY,
  permissions TEXT   NOT NULL,            -- resource:action[:own], separated by spaces
  removed     BIGINT NOT NULL DEFAULT 0,  -- 1: by somebody; the configuration, which still has it, brings it not back
  updated_at  BIGINT NOT NULL
);
CREATE TRIGGER role_changed_outside
  AFTER INSERT OR DELETE OR UPDATE ON role
  FOR EACH ROW WHEN (current_setting('application_name') NOT LIKE 'gatehouse%')
  EXECUTE FUNCTION audit_outside_change();
CREATE TRIGGER role_emptied_outside AFTER TRUNCATE ON role
  FOR EACH STATEMENT WHEN (current_setting('application_name') NOT LIKE 'gatehouse%')
  EXECUTE FUNCTION audit_outside_change();
