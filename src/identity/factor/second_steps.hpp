#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "identity/account/account_store.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/refusal.hpp"
#include "identity/account/second_step.hpp"
#include "identity/account/sign_in_completion.hpp"
#include "identity/defence/defence.hpp"
#include "identity/defence/known_devices.hpp"
#include "identity/factor/code_check.hpp"
#include "identity/factor/passkeys.hpp"
#include "identity/factor/sign_in_demand.hpp"
#include "identity/factor/sign_in_step_store.hpp"
#include "identity/factor/ticket.hpp"
#include "identity/session/session_service.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// The second step of a sign-in. Between the two steps there is no session, and so nothing that the client could call
// anything else with: the transaction is good for this alone, for five minutes, for five codes, once, and only as long
// as the account's password and epoch stay what they were. Thread-safe.
//
// Errors: sign_in_ended, wrong_code, throttled, passkey_refused.
class SecondSteps final : public SecondStep {
 public:
  static constexpr std::chrono::seconds kLifetime{300};

  struct Parts {  // all outlive the service
    db::Database& database;
    const AccountStore& accounts;
    const FactorStore& factors;
    const RecoveryCodes& recovery_codes;
    const SignInStepStore& steps;
    const CodeCheck& codes;
    const TicketCodec& tickets;
    Passkeys& passkeys;
    SessionService& sessions;
    SignInCompletion& completion;
    Defence& defence;
    const KnownDevices& devices;
    const FactorNotices& notices;
    const base::Clock& clock;
    base::Random& random;
    telemetry::Logger& log;
  };
  explicit SecondSteps(Parts parts) : parts_(parts) {}

  [[nodiscard]] bool required(db::Transaction& tx, contract::AccountId account) const override;
  [[nodiscard]] std::optional<PendingSignIn> begin(db::Transaction& tx, const AccountRecord& proven) const override;

  struct Code {
    CodeMethod method = CodeMethod::totp;
    base::Secret code{};
  };
  boost::asio::awaitable<base::Result<SessionTokens, Refusal>> finish_with_code(base::Secret transaction, Code code,
                                                                                HeldSession held, Caller caller);

  // With one of the account's passkeys: what the browser is asked with, and its answer. A touch is enough: the password
  // was the other factor.
  boost::asio::awaitable<base::Result<PasskeyRequest, Refusal>> passkey_request(base::Secret transaction);
  boost::asio::awaitable<base::Result<SessionTokens, Refusal>> finish_with_passkey(base::Secret transaction,
                                                                                   PasskeyAnswer answer,
                                                                                   HeldSession held, Caller caller);

 private:
  struct Open;  // a step that may go on, and its account
  [[nodiscard]] std::optional<TicketCodec::Ticket> read(const base::Secret& transaction) const;
  [[nodiscard]] base::Result<Open, Refusal> find_open(db::Transaction& tx, const TicketCodec::Ticket& ticket) const;
  [[nodiscard]] base::Result<OpenedSession, Refusal> open_with_code(db::Transaction& tx,
                                                                    const TicketCodec::Ticket& ticket, const Code& code,
                                                                    const Caller& caller) const;
  [[nodiscard]] base::Result<OpenedSession, Refusal> open_with_passkey(
      db::Transaction& tx, const TicketCodec::Ticket& ticket,
      const base::Result<Passkeys::Proof, Passkeys::Refused>& proof, const Caller& caller) const;
  [[nodiscard]] base::Result<OpenedSession, Refusal> open(db::Transaction& tx, const Open& open,
                                                          std::vector<std::string> amr, const Caller& caller) const;
  // Whose step this is, as the defence counts them.
  [[nodiscard]] Visitor visitor_of(db::Transaction& tx, const TicketCodec::Ticket& ticket, const Caller& caller) const;
  struct Tried {
    base::Result<OpenedSession, Refusal> opened;
    Visitor visitor;
  };
  boost::asio::awaitable<base::Result<SessionTokens, Refusal>> answer(Tried tried, HeldSession held, Caller caller);

  [[nodiscard]] Refusal refuse(Refusal why, const Caller& caller);

  Parts parts_;
  SignInDemand demand_;
};

}  // namespace gatehouse::identity
