#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "crypto/webauthn/ceremony.hpp"
#include "identity/account/account_store.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/refusal.hpp"
#include "identity/factor/factor_store.hpp"
#include "identity/factor/factor_vault.hpp"
#include "identity/factor/passkey.hpp"
#include "identity/factor/sign_in_step_store.hpp"
#include "identity/factor/ticket.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// What one ceremony of WebAuthn is for: it is good for that alone.
struct Ceremony {
  TicketUse use = TicketUse::passkey_sign_in;
  std::string bound_to{};                        // the account, session or sign-in that it belongs to
  std::optional<contract::AccountId> account{};  // whose passkey it must be; nothing: that is what it is to show
  bool user_verified = false;                    // a PIN, a finger or a face, not only a touch
};

// What a browser is asked with (PublicKeyCredentialRequestOptions).
struct PasskeyRequest {
  std::string challenge;
  std::string relying_party;
  std::vector<Passkey> allowed{};  // empty: whichever the person has here
  bool user_verified = false;
  std::chrono::seconds timeout{0};
};

// What a browser is asked to make a passkey with (PublicKeyCredentialCreationOptions).
struct PasskeyCreation {
  std::string challenge;
  std::string relying_party;
  std::string service_name;
  std::string user_handle;  // the account's id: not personal, and never another account's
  std::string username;
  std::string display_name;
  std::vector<Passkey> existing{};  // so that no authenticator makes a second one
  std::chrono::seconds timeout{0};
};

// An authenticator's answer to a PasskeyRequest.
struct PasskeyAnswer {
  std::string credential_id;
  crypto::webauthn::AssertionAnswer assertion;
  std::string user_handle{};  // empty: it told none
};
// And to a PasskeyCreation.
struct NewPasskeyAnswer {
  crypto::webauthn::RegistrationAnswer registration;
  std::vector<std::string> transports{};
};

// Passkeys: their ceremonies, whatever they are for. A challenge is a ticket: nothing is kept for it until it has been
// answered, then only that it was. Thread-safe.
class Passkeys {
 public:
  static constexpr std::chrono::seconds kLifetime{300};

  struct Parts {  // all outlive it
    db::Database& database;
    const AccountStore& accounts;
    const FactorStore& factors;
    const FactorVault& vault;
    const SignInStepStore& steps;
    const TicketCodec& tickets;
    const base::Clock& clock;
    base::Random& random;
    telemetry::Logger& log;
  };
  Passkeys(Parts parts, crypto::webauthn::RelyingParty relying_party, std::string service_name)
      : parts_(parts), relying_party_(std::move(relying_party)), service_name_(std::move(service_name)) {}

  [[nodiscard]] PasskeyRequest request(const Ceremony& ceremony, std::vector<Passkey> allowed) const;
  [[nodiscard]] PasskeyCreation creation(const Ceremony& ceremony, const AccountRecord& account,
                                         std::vector<Passkey> existing) const;
  // Of the factors those that are passkeys, opened.
  [[nodiscard]] std::vector<Passkey> of(const AccountRecord& account, const std::vector<FactorRecord>& factors) const;

  // A passkey that has answered well, as it was then.
  struct Proof {
    AccountRecord account;
    FactorRecord factor;
    std::int64_t counter = 0;
    std::vector<std::string> amr;  // what it adds to a sign-in, RFC 8176
    TicketCodec::Ticket ticket;
  };
  struct Refused {
    Refusal refusal;                               // passkey_refused; the log says why
    std::optional<contract::AccountId> account{};  // whose passkey was tried, where it is one that somebody has
  };
  // Reads and verifies; writes nothing.
  boost::asio::awaitable<base::Result<Proof, Refused>> prove(PasskeyAnswer answer, Ceremony ceremony, Caller caller);
  // The other half, in the transaction that makes use of the proof: the challenge is spent and the counter moves.
  // False: it was used already, or the passkey, the account's password or its epoch is another by now.
  [[nodiscard]] bool use(db::Transaction& tx, const Proof& proof) const;

  struct New {
    Passkey passkey;
    std::int64_t counter = 0;
    std::vector<std::string> amr;
    TicketCodec::Ticket ticket;
  };
  [[nodiscard]] base::Result<New, Refusal> check_new(const NewPasskeyAnswer& answer, const Ceremony& ceremony,
                                                     const Caller& caller) const;
  // The transaction that stores it spends its challenge.
  [[nodiscard]] bool spend(db::Transaction& tx, const TicketCodec::Ticket& ticket) const {
    return parts_.steps.spend(tx, ticket.id, ticket.expires_at);
  }

 private:
  struct Candidate;
  [[nodiscard]] std::optional<TicketCodec::Ticket> ticket_in(std::string_view client_data_json,
                                                             const Ceremony& ceremony, std::string& challenge) const;
  [[nodiscard]] std::optional<Candidate> find(db::Transaction& tx, const PasskeyAnswer& answer) const;
  [[nodiscard]] std::string_view check(const Candidate& candidate, const PasskeyAnswer& answer,
                                       const Ceremony& ceremony, std::string_view challenge, Proof& proof) const;
  Refusal refuse(std::string_view reason, const Caller& caller) const;

  Parts parts_;
  const crypto::webauthn::RelyingParty relying_party_;
  const std::string service_name_;
};

}  // namespace gatehouse::identity
