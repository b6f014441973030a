#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "contract/principal.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/password_work.hpp"
#include "identity/account/refusal.hpp"
#include "identity/factor/code_check.hpp"
#include "identity/factor/factor_notices.hpp"
#include "identity/factor/owner.hpp"
#include "identity/factor/passkeys.hpp"
#include "identity/session/session_service.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// A signed-in person shows again who they are (RFC 9470's answer to a challenge): the session goes on, as one that was
// authenticated now, and with what was shown besides what its sign-in had. It does so under another id, and every token
// from before is refused, by every gate of this process before the call completes (docs/adr/0059). Thread-safe.
//
// A password is enough only where the account has nothing else; where there is a second factor, that is what is asked
// for: whoever took over an open session knows the password often enough. Errors: not_found, session_ended, throttled,
// wrong_password, wrong_code, passkey_refused; stronger_sign_in: a password alone, and there is a second factor.
class Reauthentication {
 public:
  struct Parts {  // all outlive the service
    db::Database& database;
    const Owners& owners;
    PasswordWork& passwords;
    const CodeCheck& codes;
    Passkeys& passkeys;
    SessionService& sessions;
    const FactorNotices& notices;
    const base::Clock& clock;
    telemetry::Logger& log;
  };
  explicit Reauthentication(Parts parts) : parts_(parts) {}

  struct Renewed {
    SessionTokens tokens;
    std::optional<TokenPlace> refresh_in;  // nothing: the session began when that was not kept
  };
  using Answer = base::Result<Renewed, Refusal>;

  boost::asio::awaitable<Answer> with_password(const contract::Principal& who, base::Secret password, Caller caller);
  boost::asio::awaitable<Answer> with_code(const contract::Principal& who, CodeMethod method, base::Secret code,
                                           Caller caller);
  // With one of the account's passkeys. A touch is enough: it stands beside what the session was begun with.
  boost::asio::awaitable<base::Result<PasskeyRequest, Refusal>> passkey_request(const contract::Principal& who);
  boost::asio::awaitable<Answer> with_passkey(const contract::Principal& who, PasskeyAnswer answer, Caller caller);

 private:
  using Granted = base::Result<RenewedSession, Refusal>;
  [[nodiscard]] Granted grant(db::Transaction& tx, const contract::Principal& who,
                              const std::vector<std::string>& methods) const;
  void record_failure(db::Transaction& tx, const contract::Principal& who, const char* method) const;
  boost::asio::awaitable<Answer> finish(Granted granted, Caller caller);

  Parts parts_;
};

}  // namespace gatehouse::identity
