#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "contract/ids.hpp"
#include "identity/account/account.hpp"
#include "identity/account/account_metrics.hpp"
#include "identity/account/account_store.hpp"
#include "identity/account/account_vault.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/password_work.hpp"
#include "identity/account/refusal.hpp"
#include "identity/account/second_step.hpp"
#include "identity/account/sign_in_completion.hpp"
#include "identity/session/session_service.hpp"
#include "identity/session/session_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

struct SignInRequest {
  enum class By : std::uint8_t { username, email };
  By by = By::username;
  std::string identifier;
  base::Secret password{};
  HeldSession held{};
};

// How a right password is answered: with the tokens, or, where the account has a second factor, with what goes on.
using SignInAnswer = std::variant<SessionTokens, PendingSignIn>;

// Password sign-in. Thread-safe.
//
// Errors: invalid_input (a name or password of a form that no account can have), throttled, wrong_credentials. The last
// is one answer, after the same work, for an unknown account, a disabled one and a wrong password.
class SignIn {
 public:
  struct Parts {  // all outlive the service
    db::Database& database;
    const AccountStore& store;
    const AccountVault& vault;
    PasswordWork& passwords;
    const SessionStore& session_store;
    SessionService& sessions;
    SignInCompletion& completion;
    const base::Clock& clock;
    telemetry::Logger& log;
    AccountMetrics& metrics;
    const SecondStep* second_step = nullptr;  // nullptr: there are no second factors
  };
  explicit SignIn(Parts parts) : parts_(parts) {}

  boost::asio::awaitable<base::Result<SignInAnswer, Refusal>> sign_in(SignInRequest request, Caller caller);

 private:
  struct Name;
  struct Found;
  [[nodiscard]] base::Result<Name, Refusal> normalise(const SignInRequest& request) const;
  [[nodiscard]] Found find(db::Transaction& tx, const Name& name, const std::optional<contract::SessionId>& held) const;
  using Opened = std::variant<OpenedSession, PendingSignIn>;
  [[nodiscard]] std::optional<Opened> open_if_unchanged(db::Transaction& tx, const AccountRecord& proven,
                                                        const PasswordWork::Proof& proof,
                                                        const ClientInfo& client) const;
  Refusal refuse(SignInOutcome outcome, const std::optional<AccountRecord>& record, const Caller& caller);

  Parts parts_;
};

}  // namespace gatehouse::identity
