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
#include "identity/account/verification_mail.hpp"
#include "identity/defence/defence.hpp"
#include "identity/defence/known_devices.hpp"
#include "identity/proof/unproven_email_store.hpp"
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
  std::string proof{};  // of work, as sent; empty: none
  HeldSession held{};
};

// How a right password is answered: with the tokens, or, where the account has a second factor, with what goes on.
using SignInAnswer = std::variant<SessionTokens, PendingSignIn>;
struct SignInOptions {
  bool require_proven_email = false;
};

// Password sign-in. Thread-safe.
//
// Errors: invalid_input (a name or password of a form that no account can have), challenge_required, throttled,
// wrong_credentials. The last is one answer, after the same work, for an unknown account, a disabled one and a wrong
// password. With require_proven_email also email_unverified, only after the right password; the mail goes out again
// with it.
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
    Defence& defence;
    const KnownDevices& devices;
    const base::Clock& clock;
    telemetry::Logger& log;
    AccountMetrics& metrics;
    const UnprovenEmailStore& unproven;
    const VerificationMail& verification_mail;
    const SecondStep* second_step = nullptr;  // nullptr: there are no second factors
  };
  explicit SignIn(Parts parts, SignInOptions options = {}) : parts_(parts), options_(options) {}

  boost::asio::awaitable<base::Result<SignInAnswer, Refusal>> sign_in(SignInRequest request, Caller caller);

 private:
  struct Name;
  struct Found;
  [[nodiscard]] base::Result<Name, Refusal> normalise(const SignInRequest& request) const;
  [[nodiscard]] Found find(db::Transaction& tx, const Name& name, const SignInRequest& request,
                           const Caller& caller) const;
  using Opened = std::variant<OpenedSession, PendingSignIn>;
  [[nodiscard]] base::Result<Opened, SignInOutcome> open_if_unchanged(db::Transaction& tx, const Found& found,
                                                                      const PasswordWork::Proof& proof,
                                                                      const Caller& caller) const;
  Refusal refuse(SignInOutcome outcome, const std::optional<AccountRecord>& record, const Caller& caller);
  void record_failure(db::Transaction& tx, SignInOutcome why, std::optional<contract::AccountId> account) const;
  boost::asio::awaitable<Refusal> refuse_recorded(SignInOutcome outcome, const std::optional<AccountRecord>& account,
                                                  const Caller& caller);

  Parts parts_;
  const SignInOptions options_;
};

}  // namespace gatehouse::identity
