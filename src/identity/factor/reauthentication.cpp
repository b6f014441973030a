#include "identity/factor/reauthentication.hpp"

#include <utility>

#include "platform/audit/event_types.hpp"
#include "platform/base/words.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

namespace {

Ceremony ceremony_of(const contract::Principal& who) {
  return {
      .use = TicketUse::passkey_reauthenticate, .bound_to = std::string(who.session.bytes()), .account = who.account};
}

}  // namespace

Reauthentication::Granted Reauthentication::grant(db::Transaction& tx, const contract::Principal& who,
                                                  const std::vector<std::string>& methods) const {
  auto renewed = parts_.sessions.renew(tx, who.session, methods);
  if (!renewed) return Refusal{.error = AccountError::session_ended};
  parts_.notices.record(tx, {.type = audit::type::kReauthenticated,
                             .actor = who.account,
                             .account = who.account,
                             .fields = {{"session", renewed->grant.session.to_string()},
                                        {"replaces", who.session.to_string()},
                                        {"amr", base::join_words(methods)}}});
  return std::move(*renewed);
}

// Who it was is not known: somebody who holds a session of the account.
void Reauthentication::record_failure(db::Transaction& tx, const contract::Principal& who, const char* method) const {
  parts_.notices.record(tx, {.type = audit::type::kReauthenticationFailed,
                             .actor = {},
                             .account = who.account,
                             .fields = {{"session", who.session.to_string()}, {"method", method}}});
}

awaitable<Reauthentication::Answer> Reauthentication::finish(Granted granted, Caller caller) {
  if (!granted) {
    parts_.log.info("reauthentication_failed", {}, &caller.trace);
    co_return granted.error();
  }
  const auto refresh_in = granted->refresh_in;
  auto tokens = co_await parts_.sessions.complete(std::move(*granted));
  const std::string account = tokens.account.to_string();
  const std::string session = tokens.session.to_string();
  parts_.log.info("reauthenticated", {{"account", account}, {"session", session}}, &caller.trace);
  co_return Renewed{.tokens = std::move(tokens), .refresh_in = refresh_in};
}

awaitable<Reauthentication::Answer> Reauthentication::with_password(const contract::Principal& who,
                                                                    base::Secret password, Caller caller) {
  const auto prepared = prepare_password(password);
  if (!prepared) co_return parts_.passwords.refuse(prepared.error(), "password");
  auto look_up = [&](db::Transaction& tx) { return parts_.owners.find(tx, who); };
  const auto owner = co_await parts_.database.read(look_up);
  if (!owner) co_return owner.error();
  if (!owner->factors.empty()) co_return Refusal{.error = AccountError::stronger_sign_in};

  // Holding a live session of the account is what makes a known device.
  auto attempt = parts_.passwords.attempt_on(who.account.bytes(), caller.address, std::string(who.session.bytes()));
  const auto proof = co_await parts_.passwords.prove(attempt, *prepared, owner->account.password_hash, caller.address);
  if (!proof) co_return proof.error();
  if (!proof->matches) {
    co_await parts_.database.write([&](db::Transaction& tx) { record_failure(tx, who, "password"); });
    co_return co_await finish(Refusal{.error = AccountError::wrong_password}, caller);
  }
  co_await parts_.passwords.accept(attempt);
  // What was proven must still hold: the password, and that it is all there is.
  auto work = [&](db::Transaction& tx) -> Granted {
    const auto current = parts_.owners.find(tx, who);
    if (!current) return current.error();
    if (!current->factors.empty()) return Refusal{.error = AccountError::stronger_sign_in};
    if (current->account.password_hash != owner->account.password_hash) {
      return Refusal{.error = AccountError::wrong_password};
    }
    return grant(tx, who, {"pwd"});
  };
  co_return co_await finish(co_await parts_.database.write(work), caller);
}

awaitable<Reauthentication::Answer> Reauthentication::with_code(const contract::Principal& who, CodeMethod method,
                                                                base::Secret code, Caller caller) {
  auto work = [&](db::Transaction& tx) -> Granted {
    const auto owner = parts_.owners.find(tx, who);
    if (!owner) return owner.error();
    if (auto checked = parts_.codes.check(tx, owner->account, method, code); !checked) {
      if (checked.error().error == AccountError::wrong_code) record_failure(tx, who, "code");
      return checked.error();
    }
    return grant(tx, who, {"otp", "mfa"});
  };
  co_return co_await finish(co_await parts_.database.write(work), caller);
}

awaitable<base::Result<PasskeyRequest, Refusal>> Reauthentication::passkey_request(const contract::Principal& who) {
  auto work = [&](db::Transaction& tx) -> base::Result<PasskeyRequest, Refusal> {
    const auto owner = parts_.owners.find(tx, who);
    if (!owner) return owner.error();
    return parts_.passkeys.request(ceremony_of(who), parts_.passkeys.of(owner->account, owner->factors));
  };
  co_return co_await parts_.database.read(work);
}

awaitable<Reauthentication::Answer> Reauthentication::with_passkey(const contract::Principal& who, PasskeyAnswer answer,
                                                                   Caller caller) {
  const auto proof = co_await parts_.passkeys.prove(std::move(answer), ceremony_of(who), caller);
  if (!proof) {
    co_await parts_.database.write([&](db::Transaction& tx) { record_failure(tx, who, "webauthn"); });
    co_return co_await finish(proof.error().refusal, caller);
  }
  auto work = [&](db::Transaction& tx) -> Granted {
    const auto owner = parts_.owners.find(tx, who);
    if (!owner) return owner.error();
    if (!parts_.passkeys.use(tx, *proof)) {
      record_failure(tx, who, "webauthn");
      return Refusal{.error = AccountError::passkey_refused};
    }
    return grant(tx, who, proof->amr);
  };
  co_return co_await finish(co_await parts_.database.write(work), caller);
}

}  // namespace gatehouse::identity
