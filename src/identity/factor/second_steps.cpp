#include "identity/factor/second_steps.hpp"

#include <utility>

#include "platform/audit/event_types.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

namespace {

SignInOutcome outcome_of(AccountError error) {
  switch (error) {
    case AccountError::wrong_code: return SignInOutcome::wrong_code;
    case AccountError::throttled: return SignInOutcome::code_throttled;
    case AccountError::passkey_refused: return SignInOutcome::passkey_refused;
    default: return SignInOutcome::second_step_ended;
  }
}

Refusal ended() { return {.error = AccountError::sign_in_ended}; }

// A challenge of one sign-in is of no use in another.
Ceremony ceremony_of(const TicketCodec::Ticket& ticket) {
  return {.use = TicketUse::passkey_second_step, .bound_to = ticket.id};
}

}  // namespace

struct SecondSteps::Open {
  SignInStep step;
  AccountRecord account;
};

bool SecondSteps::required(db::Transaction& tx, contract::AccountId account) const {
  return !parts_.factors.kinds(tx, account).empty();
}

std::optional<PendingSignIn> SecondSteps::begin(db::Transaction& tx, const AccountRecord& proven) const {
  const auto kinds = parts_.factors.kinds(tx, proven.id);
  if (kinds.empty()) return std::nullopt;
  const auto made = parts_.tickets.make(TicketUse::second_step, "", parts_.clock.now() + kLifetime, parts_.random);
  parts_.steps.insert(tx, {.id = made.ticket.id,
                           .account = proven.id,
                           .proven = standing_digest(proven),
                           .expires_at = made.ticket.expires_at});
  PendingSignIn pending{.transaction = TicketCodec::to_text(made.bytes), .methods = {}, .expires_in = kLifetime};
  const bool passkeys_only = demand_.of(tx, proven.id) > contract::Assurance::two_factors;
  for (const auto kind : kinds) {
    if (kind == FactorKind::webauthn || !passkeys_only) pending.methods.push_back(to_string(kind));
  }
  if (parts_.recovery_codes.count(tx, proven.id) > 0) pending.methods.emplace_back("recovery_code");
  return pending;
}

base::Result<SecondSteps::Open, Refusal> SecondSteps::find_open(db::Transaction& tx,
                                                                const TicketCodec::Ticket& ticket) const {
  auto step = parts_.steps.find(tx, ticket.id, parts_.clock.now());
  if (!step) return ended();
  auto account = parts_.accounts.find(tx, step->account);
  if (!account || account->state != AccountState::active) return ended();
  if (standing_digest(*account) != step->proven) return ended();
  return Open{std::move(*step), std::move(*account)};
}

std::optional<TicketCodec::Ticket> SecondSteps::read(const base::Secret& transaction) const {
  const auto bytes = TicketCodec::from_text(transaction.expose());
  if (!bytes) return std::nullopt;
  return parts_.tickets.read(TicketUse::second_step, "", *bytes, parts_.clock.now());
}

base::Result<OpenedSession, Refusal> SecondSteps::open(db::Transaction& tx, const Open& open,
                                                       std::vector<std::string> amr, const Caller& caller) const {
  if (!parts_.steps.finish(tx, open.step.id)) return ended();
  ClientInfo client = client_of(caller);
  client.known_device = parts_.devices.find(caller.device_cookie, open.account.id.bytes()).has_value();
  auto opened = parts_.sessions.open(tx, open.account.id, client, amr);
  if (!opened) return ended();
  return std::move(*opened);
}

base::Result<OpenedSession, Refusal> SecondSteps::open_with_code(db::Transaction& tx, const TicketCodec::Ticket& ticket,
                                                                 const Code& code, const Caller& caller) const {
  const auto found = find_open(tx, ticket);
  if (!found) return found.error();
  if (auto checked = parts_.codes.check(tx, found->account, code.method, code.code); !checked) {
    if (checked.error().error == AccountError::wrong_code) {
      parts_.steps.count_failure(tx, ticket.id);
      note_refusal(parts_.notices, tx, found->account.id, SignInOutcome::wrong_code);
    }
    return checked.error();
  }
  return open(tx, *found, {"pwd", "otp", "mfa"}, caller);
}

base::Result<OpenedSession, Refusal> SecondSteps::open_with_passkey(
    db::Transaction& tx, const TicketCodec::Ticket& ticket,
    const base::Result<Passkeys::Proof, Passkeys::Refused>& proof, const Caller& caller) const {
  const auto found = find_open(tx, ticket);
  if (!found) return found.error();
  if (!proof || !parts_.passkeys.use(tx, *proof)) {
    parts_.steps.count_failure(tx, ticket.id);
    parts_.notices.record(tx, {.type = audit::type::kFactorFailed,
                               .actor = {},
                               .account = found->account.id,
                               .fields = {{"method", "webauthn"}}});
    note_refusal(parts_.notices, tx, found->account.id, SignInOutcome::passkey_refused);
    return Refusal{.error = AccountError::passkey_refused};
  }
  std::vector<std::string> amr{"pwd"};
  amr.insert(amr.end(), proof->amr.begin(), proof->amr.end());
  return open(tx, *found, std::move(amr), caller);
}

Visitor SecondSteps::visitor_of(db::Transaction& tx, const TicketCodec::Ticket& ticket, const Caller& caller) const {
  Visitor visitor{.address = caller.address};
  visitor.blocked_until = parts_.defence.find_block(tx, caller.address);
  const auto step = parts_.steps.find(tx, ticket.id, parts_.clock.now());
  if (!step) return visitor;
  visitor.account = step->account;
  visitor.subject = step->account.bytes();
  visitor.device = parts_.devices.find(caller.device_cookie, visitor.subject);
  return visitor;
}

awaitable<base::Result<SessionTokens, Refusal>> SecondSteps::answer(Tried tried, HeldSession held, Caller caller) {
  if (!tried.opened) {
    const auto why = tried.opened.error().error;
    const bool wrong = why == AccountError::wrong_code || why == AccountError::passkey_refused;
    if (wrong) co_await parts_.defence.failed_second_factor(std::move(tried.visitor));
    co_return refuse(tried.opened.error(), caller);
  }
  co_await parts_.defence.succeeded(tried.visitor);
  co_return co_await parts_.completion.complete(std::move(*tried.opened), held, std::move(caller));
}

Refusal SecondSteps::refuse(Refusal why, const Caller& caller) {
  const auto outcome = outcome_of(why.error);
  parts_.completion.refused(outcome);
  parts_.log.info("second_step_refused", {{"reason", to_string(outcome)}}, &caller.trace);
  return why;
}

awaitable<base::Result<SessionTokens, Refusal>> SecondSteps::finish_with_code(base::Secret transaction, Code code,
                                                                              HeldSession held, Caller caller) {
  const auto ticket = read(transaction);
  if (!ticket) co_return refuse(ended(), caller);
  auto work = [&](db::Transaction& tx) {
    auto visitor = visitor_of(tx, *ticket, caller);
    return Tried{open_with_code(tx, *ticket, code, caller), std::move(visitor)};
  };
  auto tried = co_await parts_.database.write(work);
  co_return co_await answer(std::move(tried), held, std::move(caller));
}

awaitable<base::Result<PasskeyRequest, Refusal>> SecondSteps::passkey_request(base::Secret transaction) {
  const auto ticket = read(transaction);
  if (!ticket) co_return ended();
  auto work = [&](db::Transaction& tx) -> base::Result<PasskeyRequest, Refusal> {
    const auto found = find_open(tx, *ticket);
    if (!found) return found.error();
    auto passkeys = parts_.passkeys.of(found->account, parts_.factors.list(tx, found->account.id));
    return parts_.passkeys.request(ceremony_of(*ticket), std::move(passkeys));
  };
  co_return co_await parts_.database.read(work);
}

awaitable<base::Result<SessionTokens, Refusal>> SecondSteps::finish_with_passkey(base::Secret transaction,
                                                                                 PasskeyAnswer answer_of_key,
                                                                                 HeldSession held, Caller caller) {
  const auto ticket = read(transaction);
  if (!ticket) co_return refuse(ended(), caller);
  auto look_up = [&](db::Transaction& tx) { return find_open(tx, *ticket); };
  const auto found = co_await parts_.database.read(look_up);
  if (!found) co_return refuse(found.error(), caller);
  auto ceremony = ceremony_of(*ticket);
  ceremony.account = found->account.id;
  const auto proof = co_await parts_.passkeys.prove(std::move(answer_of_key), std::move(ceremony), caller);
  auto work = [&](db::Transaction& tx) {
    auto visitor = visitor_of(tx, *ticket, caller);
    return Tried{open_with_passkey(tx, *ticket, proof, caller), std::move(visitor)};
  };
  auto tried = co_await parts_.database.write(work);
  co_return co_await answer(std::move(tried), held, std::move(caller));
}

}  // namespace gatehouse::identity
