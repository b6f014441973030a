#pragma once

#include <string>
#include <string_view>

#include "identity/account/identity_fixture.hpp"
#include "identity/recovery/email_change.hpp"
#include "identity/recovery/email_verification.hpp"
#include "identity/recovery/invites.hpp"
#include "identity/recovery/password_reset.hpp"

namespace gatehouse::identity {

// For tests: identity with what a mailbox can be shown for.
struct RecoveryStack : IdentityStack {
  static constexpr std::string_view kNewPassword = "seven copper violins";

  OneTimeTokenCodec tokens{secrets.one_time_mac.clone()};
  RecoveryParts parts{.database = database,
                      .accounts = store,
                      .vault = vault,
                      .proofs = proofs,
                      .unproven = unproven,
                      .tokens = tokens,
                      .verification_mail = verification_mail,
                      .outbox = outbox,
                      .audit = audit,
                      .passwords = passwords,
                      .session_store = session_store,
                      .sessions = sessions,
                      .clock = clock,
                      .random = random,
                      .log = log.logger()};
  EmailVerification email_verification{parts};
  EmailChange email_change{parts, current_password};
  PasswordReset password_reset{parts, jobs};
  InviteStore invite_store;
  Invites invites{parts, invite_store, steps};

  // The token and the code as they stand in a mail.
  std::string token(TokenPurpose purpose, const MailJob& mail) {
    return std::string(tokens.encode(purpose, mail.reference).expose());
  }
  std::string code(TokenPurpose purpose, const MailJob& mail) {
    return std::string(tokens.code(purpose, mail.reference).expose());
  }
  // What the worker of the queue does.
  void run_recovery_jobs() {
    clock.advance(queue::JobStore::kAfterTheAnswer);
    for (;;) {
      const auto job = database.write_blocking([&](db::Transaction& tx) -> std::optional<queue::Job> {
        const auto due = jobs.due(tx, kRecoveryQueue, 1);
        return due.empty() ? std::nullopt : jobs.take(tx, due.front().id, clock.now() + std::chrono::minutes(1));
      });
      if (!job) return;
      EXPECT_EQ(job->kind, kResetRequested);
      password_reset.answer_request(job->payload);
      EXPECT_TRUE(database.write_blocking([&](db::Transaction& tx) { return jobs.done(tx, *job); }));
    }
  }
  // Asks for a reset; the mails that come of it.
  std::vector<MailJob> forgot(const std::string& email) {
    EXPECT_TRUE(test::run_on_loop(password_reset.request(email, caller())));
    run_recovery_jobs();
    return mails();
  }
  base::Result<void, Refusal> reset(const std::string& a_token, std::string_view password = kNewPassword) {
    return test::run_on_loop(password_reset.by_token(base::Secret(a_token), base::Secret(password), caller()));
  }
  base::Result<void, Refusal> reset_by_code(const std::string& email, const std::string& a_code,
                                            std::string_view password = kNewPassword) {
    return test::run_on_loop(password_reset.by_code({email, base::Secret(a_code), base::Secret(password)}, caller()));
  }
  AccountWithProfile load(contract::AccountId id) {
    return database.read_blocking([&](db::Transaction& tx) { return store.find_with_profile(tx, id); }).value();
  }
  contract::Principal principal(contract::AccountId id, const SessionTokens& session) {
    contract::Principal who;
    who.account = id;
    who.session = session.session;
    return who;
  }
  base::Result<SessionTokens, Refusal> sign_in_by_email(const std::string& email, std::string_view password) {
    SignInRequest request{.by = SignInRequest::By::email, .identifier = email};
    request.password = base::Secret(password);
    return tokens_of(test::run_on_loop(sign_in.sign_in(std::move(request), caller())));
  }
};

}  // namespace gatehouse::identity
