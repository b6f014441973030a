-- What else decides who may do what, or who is told of it, is watched as in 0008 and 0011: invites, proofs by mail and by
-- code, what is demanded of a sign-in, devices that are trusted, addresses that are not, deletions, and webhooks.
DO $$
DECLARE
  watched text;
BEGIN
  FOREACH watched IN ARRAY ARRAY[
    'table_version', 'invite', 'mail_proof', 'unproven_email', 'code_guard', 'sign_in_step', 'spent_ticket',
    'sign_in_demand', 'known_client', 'address_block', 'account_deletion', 'erased_account', 'webhook_endpoint',
    'webhook_position'
  ] LOOP
    EXECUTE format(
      'CREATE TRIGGER %I AFTER INSERT OR DELETE OR UPDATE ON %I FOR EACH ROW '
      'WHEN (current_setting(''application_name'') NOT LIKE ''gatehouse%%'') EXECUTE FUNCTION audit_outside_change()',
      watched || '_changed_outside', watched);
  END LOOP;
  FOREACH watched IN ARRAY ARRAY[
    'table_version', 'invite', 'mail_proof', 'unproven_email', 'code_guard', 'sign_in_step', 'spent_ticket',
    'sign_in_demand', 'known_client', 'address_block', 'account_deletion', 'erased_account', 'webhook_endpoint',
    'webhook_position', 'factor', 'recovery_code', 'audit_checkpoint'
  ] LOOP
    EXECUTE format(
      'CREATE TRIGGER %I AFTER TRUNCATE ON %I FOR EACH STATEMENT '
      'WHEN (current_setting(''application_name'') NOT LIKE ''gatehouse%%'') EXECUTE FUNCTION audit_outside_change()',
      watched || '_emptied_outside', watched);
  END LOOP;
END
$$;
