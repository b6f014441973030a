#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/principal.hpp"
#include "contract/revocation.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/refusal.hpp"
#include "identity/factor/factor.hpp"
#include "identity/factor/factor_notices.hpp"
#include "identity/factor/factor_store.hpp"
#include "identity/factor/factor_vault.hpp"
#include "identity/factor/owner.hpp"
#include "identity/factor/passkeys.hpp"
#include "identity/factor/recovery_codes.hpp"
#include "identity/factor/sign_in_demand.hpp"
#include "identity/session/session_service.hpp"
#include "identity/session/session_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

struct FactorOverview {
  std::vector<FactorView> factors;                                // oldest first
  std::size_t recovery_codes = 0;                                 // that are left
  contract::Assurance demand = contract::Assurance::two_factors;  // of sign-ins
};

// An authenticator app that waits for its first code.
struct NewTotp {
  FactorId id;
  base::Secret secret;  // base32, for typing
  base::Secret uri;     // otpauth://
  base::Secret qr_svg;  // the same as a picture
};

struct RemovedFactor {
  bool session_ended = false;  // the caller's: it was stronger than what is left
};

struct AddedFactor {
  FactorView factor;
  std::vector<base::Secret> recovery_codes{};  // with the account's first factor; shown this once
};

// What a signed-in person does with their second factors. Whatever changes them needs a fresh sign-in, which the route
// asks for, with a second factor where there is one, which is asked here. Thread-safe.
//
// Errors common to all: not_found, session_ended, invalid_input; of all that changes: stronger_sign_in.
class FactorService {
 public:
  struct Parts {  // all outlive the service
    db::Database& database;
    const Owners& owners;
    const FactorStore& factors;
    const FactorVault& vault;
    const RecoveryCodes& recovery_codes;
    Passkeys& passkeys;
    const SessionStore& session_store;
    SessionService& sessions;
    const FactorNotices& notices;
    const base::Clock& clock;
    base::Random& random;
    telemetry::Logger& log;
  };
  // `service_name`: what an authenticator app shows above the codes.
  FactorService(Parts parts, std::string service_name) : parts_(parts), service_name_(std::move(service_name)) {}

  boost::asio::awaitable<base::Result<FactorOverview, Refusal>> list(const contract::Principal& who);

  // How many there are, for show: may be some seconds old.
  boost::asio::awaitable<std::size_t> count(contract::AccountId account);

  // An earlier app that still waits is forgotten.
  boost::asio::awaitable<base::Result<NewTotp, Refusal>> begin_totp(const contract::Principal& who, std::string name);
  // Shows that the app has the key; from then on each sign-in asks for it. With the first factor the caller's session
  // counts as one of two factors, and there are recovery codes.
  boost::asio::awaitable<base::Result<AddedFactor, Refusal>> confirm_totp(const contract::Principal& who, FactorId id,
                                                                          base::Secret code, Caller caller);

  // A passkey, or a security key: what the browser is asked to make it with, and what it brings. Errors: also
  // passkey_refused.
  boost::asio::awaitable<base::Result<PasskeyCreation, Refusal>> begin_passkey(const contract::Principal& who);
  boost::asio::awaitable<base::Result<AddedFactor, Refusal>> add_passkey(const contract::Principal& who,
                                                                         std::string name, NewPasskeyAnswer answer,
                                                                         Caller caller);

  boost::asio::awaitable<base::Result<FactorView, Refusal>> rename(const contract::Principal& who, FactorId id,
                                                                   std::string name);
  // Ends every other session of the account, at every gate before it completes. With the last factor the recovery
  // codes go, too; with the last passkey what was asked for because there was one; and the caller's own session where
  // it is stronger than what is left could make it.
  boost::asio::awaitable<base::Result<RemovedFactor, Refusal>> remove(const contract::Principal& who, FactorId id,
                                                                      Caller caller);
  // What sign-ins of the account have to be from now on: two_factors, or phishing_resistant, which takes a passkey.
  // Errors: also invalid_input, when there is none.
  boost::asio::awaitable<base::Result<void, Refusal>> ask_for(const contract::Principal& who,
                                                              contract::Assurance demand, Caller caller);
  // New ones in place of the old. Errors: also invalid_input, when there is no factor that they could stand in for.
  boost::asio::awaitable<base::Result<std::vector<base::Secret>, Refusal>> renew_recovery_codes(
      const contract::Principal& who, Caller caller);

 private:
  [[nodiscard]] base::Result<std::string, Refusal> prepare_name(const std::string& name) const;
  [[nodiscard]] FactorView view_of(const AccountRecord& account, const FactorRecord& factor) const;
  [[nodiscard]] NewTotp describe(FactorId id, const AccountRecord& account, const base::Secret& key) const;
  [[nodiscard]] base::Result<AddedFactor, Refusal> confirm_in(db::Transaction& tx, const contract::Principal& who,
                                                              FactorId id, const base::Secret& code) const;
  [[nodiscard]] base::Result<AddedFactor, Refusal> store_passkey(db::Transaction& tx, const contract::Principal& who,
                                                                 const std::string& name,
                                                                 const Passkeys::New& made) const;
  [[nodiscard]] AddedFactor added(db::Transaction& tx, const contract::Principal& who, const Owner& owner,
                                  const FactorRecord& factor, const std::vector<std::string>& amr) const;
  // Event and letter.
  void tell(db::Transaction& tx, std::string_view type, const contract::Principal& who, FactorId factor) const;
  void note(const char* event, const contract::Principal& who, FactorId factor, const Caller& caller);

  Parts parts_;
  SignInDemand demand_;
  const std::string service_name_;
};

}  // namespace gatehouse::identity
