#pragma once

#include <boost/asio/awaitable.hpp>

#include "identity/account/caller.hpp"
#include "identity/account/refusal.hpp"
#include "identity/account/sign_in_completion.hpp"
#include "identity/defence/known_devices.hpp"
#include "identity/factor/factor_notices.hpp"
#include "identity/factor/passkeys.hpp"
#include "identity/session/session_service.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

// Sign-in with a passkey instead of a password: possession of the key, and a PIN, a finger or a face that it asked for,
// which makes two factors. Nobody is named before the answer, so the options tell nothing about any account (M08).
// Thread-safe. Errors: passkey_refused, and sign_in_ended for a transaction that is not of this.
class PasskeySignIn {
 public:
  // `require_proven_email`: as SignIn's. REQUIRES: all outlive it.
  PasskeySignIn(db::Database& database, Passkeys& passkeys, SessionService& sessions, SignInCompletion& completion,
                const KnownDevices& devices, const FactorNotices& notices, bool require_proven_email)
      : database_(database),
        passkeys_(passkeys),
        sessions_(sessions),
        completion_(completion),
        devices_(devices),
        notices_(notices),
        require_proven_email_(require_proven_email) {}

  struct Begun {
    base::Secret transaction;  // `ghl_…`: the challenge in another form
    PasskeyRequest request;
  };
  [[nodiscard]] Begun begin() const;

  boost::asio::awaitable<base::Result<SessionTokens, Refusal>> finish(base::Secret transaction, PasskeyAnswer answer,
                                                                      HeldSession held, Caller caller);

 private:
  [[nodiscard]] base::Result<OpenedSession, Refusal> open(db::Transaction& tx, const Passkeys::Proof& proof,
                                                          const Caller& caller) const;
  void record_failure(db::Transaction& tx, contract::AccountId account) const;
  [[nodiscard]] Refusal refuse(Refusal why);

  db::Database& database_;
  Passkeys& passkeys_;
  SessionService& sessions_;
  SignInCompletion& completion_;
  const KnownDevices& devices_;
  const FactorNotices& notices_;
  const bool require_proven_email_;
};

}  // namespace gatehouse::identity
