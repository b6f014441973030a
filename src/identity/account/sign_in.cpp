#include "identity/account/sign_in.hpp"

#include <utility>
#include <vector>

#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"
#include "platform/text/email.hpp"
#include "platform/text/username.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

// What an account is looked up by, in the one form that all spellings share.
struct SignIn::Name {
  SignInRequest::By by;
  std::string key;  // canonical username, or blind index of the address
};

struct SignIn::Found {
  std::optional<AccountRecord> record{};
  Visitor visitor{};
};

namespace {

std::optional<SignInOutcome> failure_of(const std::optional<AccountRecord>& record, const PasswordWork::Proof& proof) {
  if (!record) return SignInOutcome::unknown_account;
  if (!proof.matches) return SignInOutcome::wrong_password;
  if (record->state != AccountState::active) return SignInOutcome::account_disabled;
  return std::nullopt;
}

}  // namespace

base::Result<SignIn::Name, Refusal> SignIn::normalise(const SignInRequest& request) const {
  if (request.by == SignInRequest::By::username) {
    auto username = text::prepare_username(request.identifier);
    if (!username) return invalid_input(username_problem(username.error()));
    return Name{request.by, username->canonical()};
  }
  auto email = text::prepare_email(request.identifier);
  if (!email) return invalid_input(email_problem(email.error()));
  return Name{request.by, parts_.vault.email_index(*email)};
}

SignIn::Found SignIn::find(db::Transaction& tx, const Name& name, const SignInRequest& request,
                           const Caller& caller) const {
  Found found;
  found.record = name.by == SignInRequest::By::username ? parts_.store.find_by_username(tx, name.key)
                                                        : parts_.store.find_by_email_index(tx, name.key);
  // Username and e-mail of one account are one subject; of an unknown one each spelling's normal form is. Both take the
  // same steps.
  found.visitor = {.address = caller.address, .proof = request.proof, .subject = name.key};
  if (found.record) {
    found.visitor.subject = found.record->id.bytes();
    found.visitor.account = found.record->id;
  }
  found.visitor.device = parts_.devices.find(caller.device_cookie, found.visitor.subject);
  found.visitor.blocked_until = parts_.defence.find_block(tx, caller.address);
  return found;
}

// Verifying took a while and held no lock: what was proven must still hold when the session is written.
base::Result<SignIn::Opened, SignInOutcome> SignIn::open_if_unchanged(db::Transaction& tx, const Found& found,
                                                                      const PasswordWork::Proof& proof,
                                                                      const Caller& caller) const {
  const AccountRecord& proven = *found.record;
  auto current = parts_.store.find(tx, proven.id);
  if (!current || current->password_hash != proven.password_hash) return SignInOutcome::changed_meanwhile;
  if (current->state != AccountState::active) return SignInOutcome::changed_meanwhile;
  if (options_.require_proven_email && current->email_index.empty()) {
    if (const auto unproven = parts_.unproven.find(tx, proven.id)) {
      parts_.verification_mail.send(tx, proven.id, *unproven);
    }
    record_failure(tx, SignInOutcome::email_unverified, proven.id);
    return SignInOutcome::email_unverified;
  }
  if (!proof.rehashed.empty()) {
    const auto now = parts_.clock.now();
    if (!parts_.store.replace_password_hash(tx, proven.id, proven.password_hash, proof.rehashed, now)) {
      return SignInOutcome::changed_meanwhile;
    }
    current->password_hash = proof.rehashed;
  }
  if (parts_.second_step != nullptr) {
    if (auto pending = parts_.second_step->begin(tx, *current)) return std::move(*pending);
  }
  ClientInfo client = client_of(caller);
  client.known_device = found.visitor.device.has_value();
  auto opened = parts_.sessions.open(tx, proven.id, client, {"pwd"});
  if (!opened) return SignInOutcome::changed_meanwhile;
  return std::move(*opened);
}

Refusal SignIn::refuse(SignInOutcome outcome, const std::optional<AccountRecord>& record, const Caller& caller) {
  parts_.metrics.signed_in(outcome);
  const std::string id = (record ? record->id : contract::AccountId()).to_string();
  parts_.log.info("sign_in", {{"outcome", to_string(outcome)}, {"account", record ? id : ""}}, &caller.trace);
  return {.error = AccountError::wrong_credentials};
}

void SignIn::record_failure(db::Transaction& tx, SignInOutcome why, std::optional<contract::AccountId> account) const {
  audit::Event event{.type = audit::type::kSignInFailed, .fields = {{"reason", std::string(to_string(why))}}};
  if (account) event.subject = account->uuid();
  audit::record(tx, event, parts_.clock.now());
}

// Of its own transaction: a refusal has no other. Known and unknown names take the same steps. Who is slowed down
// before a password was looked at is counted and not recorded: a flood would fill the log.
awaitable<Refusal> SignIn::refuse_recorded(SignInOutcome outcome, const std::optional<AccountRecord>& account,
                                           const Caller& caller) {
  co_await parts_.database.write(
      [&](db::Transaction& tx) { record_failure(tx, outcome, account ? std::optional(account->id) : std::nullopt); });
  co_return refuse(outcome, account, caller);
}

awaitable<base::Result<SignInAnswer, Refusal>> SignIn::sign_in(SignInRequest request, Caller caller) {
  const auto prepared = prepare_password(request.password);
  if (!prepared) co_return parts_.passwords.refuse(prepared.error(), "password");
  const auto name = normalise(request);
  if (!name) co_return name.error();

  auto look_up = [&](db::Transaction& tx) { return find(tx, *name, request, caller); };
  const Found found = co_await parts_.database.read(look_up);
  const auto& [record, visitor] = found;
  const auto admitted = co_await parts_.defence.admit(visitor);
  if (!admitted) {
    (void)refuse(SignInOutcome::hindered, record, caller);
    co_return refusal_of(admitted.error());
  }
  auto attempt = parts_.passwords.attempt_on(visitor.subject, caller.address, visitor.device);
  auto stored = record ? std::optional(record->password_hash) : std::nullopt;
  const auto proof = co_await parts_.passwords.prove(attempt, *prepared, std::move(stored), caller.address);
  if (!proof) {
    (void)refuse(SignInOutcome::throttled, record, caller);
    co_return proof.error();
  }
  const auto failure = failure_of(record, *proof);
  if (failure) {
    co_await parts_.defence.failed(visitor);
    co_return co_await refuse_recorded(*failure, record, caller);
  }

  auto open = [&](db::Transaction& tx) { return open_if_unchanged(tx, found, *proof, caller); };
  auto opened = co_await parts_.database.write(open);
  if (!opened && opened.error() == SignInOutcome::changed_meanwhile)
    co_return co_await refuse_recorded(opened.error(), record, caller);
  co_await parts_.passwords.accept(attempt);
  if (!opened) {
    (void)refuse(opened.error(), record, caller);
    co_return Refusal{.error = AccountError::email_unverified};
  }
  if (auto* pending = std::get_if<PendingSignIn>(&*opened)) {
    (void)refuse(SignInOutcome::second_step, record, caller);
    co_return std::move(*pending);
  }
  co_await parts_.defence.succeeded(visitor);
  co_return co_await parts_.completion.complete(std::get<OpenedSession>(std::move(*opened)), request.held,
                                                std::move(caller));
}

}  // namespace gatehouse::identity
