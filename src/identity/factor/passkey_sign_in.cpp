#include "identity/factor/passkey_sign_in.hpp"

#include <utility>

#include "crypto/webauthn/client_data.hpp"
#include "platform/audit/event_types.hpp"

namespace gatehouse::identity {
namespace {

using boost::asio::awaitable;

Ceremony ceremony() { return {.use = TicketUse::passkey_sign_in, .user_verified = true}; }

}  // namespace

PasskeySignIn::Begun PasskeySignIn::begin() const {
  auto request = passkeys_.request(ceremony(), {});
  auto transaction = TicketCodec::to_text(request.challenge);
  return {.transaction = std::move(transaction), .request = std::move(request)};
}

base::Result<OpenedSession, Refusal> PasskeySignIn::open(db::Transaction& tx, const Passkeys::Proof& proof,
                                                         const Caller& caller) const {
  if (!passkeys_.use(tx, proof)) {
    record_failure(tx, proof.account.id);
    return Refusal{.error = AccountError::passkey_refused};
  }
  // Set after the passkey was added, or on an account that was imported: the password would open nothing either.
  if (require_proven_email_ && proof.account.email_index.empty()) {
    note_refusal(notices_, tx, proof.account.id, SignInOutcome::email_unverified);
    return Refusal{.error = AccountError::email_unverified};
  }
  ClientInfo client = client_of(caller);
  client.known_device = devices_.find(caller.device_cookie, proof.account.id.bytes()).has_value();
  auto opened = sessions_.open(tx, proof.account.id, client, proof.amr);
  if (!opened) return Refusal{.error = AccountError::passkey_refused};
  return std::move(*opened);
}

void PasskeySignIn::record_failure(db::Transaction& tx, contract::AccountId account) const {
  notices_.record(
      tx, {.type = audit::type::kFactorFailed, .actor = {}, .account = account, .fields = {{"method", "webauthn"}}});
  note_refusal(notices_, tx, account, SignInOutcome::passkey_refused);
}

Refusal PasskeySignIn::refuse(Refusal why) {
  switch (why.error) {
    case AccountError::sign_in_ended: completion_.refused(SignInOutcome::second_step_ended); break;
    case AccountError::email_unverified: completion_.refused(SignInOutcome::email_unverified); break;
    default: completion_.refused(SignInOutcome::passkey_refused);
  }
  return why;
}

awaitable<base::Result<SessionTokens, Refusal>> PasskeySignIn::finish(base::Secret transaction, PasskeyAnswer answer,
                                                                      HeldSession held, Caller caller) {
  const auto begun = TicketCodec::from_text(transaction.expose());
  const auto data = crypto::webauthn::parse_client_data(answer.assertion.client_data_json);
  if (data && begun != data->challenge) co_return refuse({.error = AccountError::sign_in_ended});
  const auto proof = co_await passkeys_.prove(std::move(answer), ceremony(), caller);
  if (!proof) {
    // Such as one whose counter says that there is a copy of it.
    if (const auto whose = proof.error().account) {
      co_await database_.write([&](db::Transaction& tx) { record_failure(tx, *whose); });
    }
    co_return refuse(proof.error().refusal);
  }
  auto work = [&](db::Transaction& tx) { return open(tx, *proof, caller); };
  auto opened = co_await database_.write(work);
  if (!opened) co_return refuse(opened.error());
  co_return co_await completion_.complete(std::move(*opened), held, std::move(caller));
}

}  // namespace gatehouse::identity
