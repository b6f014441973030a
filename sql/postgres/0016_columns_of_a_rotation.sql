-- PostgreSQL reads a trigger's WHEN anew for every statement: with one on what each refresh moves, that was a twentieth of a
-- refresh. Those four columns are left out, and docs/adr/0060 says what finds them changed; a column that comes to the table
-- is watched, or named there. All of an inserted or deleted row is told of as before.
DROP TRIGGER session_changed_outside ON session;
CREATE TRIGGER session_changed_outside
  AFTER INSERT OR DELETE OR UPDATE OF
    id, account_id, created_at, auth_time, expires_at, ended_at, end_reason, amr, client_sealed
  ON session
  FOR EACH ROW WHEN (current_setting('application_name') NOT LIKE 'gatehouse%')
  EXECUTE FUNCTION audit_outside_change();
