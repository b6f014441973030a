-- As in sqlite/0017_same_work_for_nobody.sql.
DROP INDEX audit_event_of_subject;
CREATE INDEX audit_event_of_subject ON audit_event (subject, seq);

CREATE TABLE code_attempt (
  id       BYTEA  PRIMARY KEY,  -- mail_proof.purpose, ':', and an account or the blind index of an address
  attempts BIGINT NOT NULL,
  until    BIGINT NOT NULL      -- they count so long
);
CREATE INDEX code_attempt_by_time ON code_attempt (until);
ALTER TABLE mail_proof DROP COLUMN attempts;
ALTER TABLE mail_proof ALTER COLUMN account_id DROP NOT NULL;  -- nobody's
CREATE INDEX mail_proof_open_for ON mail_proof (email_index, purpose, created_at DESC, id)
  INCLUDE (account_id, expires_at) WHERE closed_at IS NULL;

CREATE TRIGGER code_attempt_changed_outside AFTER INSERT OR DELETE OR UPDATE ON code_attempt
  FOR EACH ROW WHEN (current_setting('application_name') NOT LIKE 'gatehouse%') EXECUTE FUNCTION audit_outside_change();
CREATE TRIGGER code_attempt_emptied_outside AFTER TRUNCATE ON code_attempt
  FOR EACH STATEMENT WHEN (current_setting('application_name') NOT LIKE 'gatehouse%')
  EXECUTE FUNCTION audit_outside_change();
