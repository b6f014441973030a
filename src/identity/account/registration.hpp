#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "identity/account/account.hpp"
#include "identity/account/account_metrics.hpp"
#include "identity/account/account_store.hpp"
#include "identity/account/account_vault.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/password_work.hpp"
#include "identity/account/refusal.hpp"
#include "identity/account/verification_mail.hpp"
#include "identity/defence/defence.hpp"
#include "identity/proof/unproven_email_store.hpp"
#include "platform/audit/event.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// What an address given at the registration is believed.
enum class EmailProof : std::uint8_t {
  off,      // as given: it is the account's at once, and nobody is asked
  ask,      // its owner is asked to show it; until then one signs in by username only
  require,  // and not at all until then
};

struct RegistrationOptions {
  bool enabled = true;
  std::vector<std::string> roles{"member"};  // of whoever registers; a request never says them
  EmailProof email_proof = EmailProof::ask;
};

struct RegistrationRequest {
  std::string username;
  std::string email;
  base::Secret password{};
  std::string proof{};     // of work, as sent; empty: none
  std::string language{};  // of letters; empty: the installation's
};

// Makes accounts. Thread-safe.
//
// Errors: registration_closed; challenge_required, throttled (a blocked address); invalid_input, naming every field
// that is wrong; name_taken: of the username. An address that another account has proven is no error: whoever names it
// gets an account without it, as everybody does who has not proven theirs, and its owner a mail
// (docs/adr/0038-addresses-are-proven-first.md). Only with EmailProof::off it is name_taken, too. The password is
// hashed before the names are looked up, so that "taken" comes no sooner than "done".
class Registration {
 public:
  struct Parts {  // all outlive the service
    db::Database& database;
    const AccountStore& store;
    const AccountVault& vault;
    const UnprovenEmailStore& unproven;
    const VerificationMail& verification_mail;
    PasswordWork& passwords;
    Defence* defence;  // null: nobody comes from outside, as with a command
    const base::Clock& clock;
    base::Random& random;
    telemetry::Logger& log;
    AccountMetrics& metrics;
  };
  Registration(Parts parts, RegistrationOptions options) : parts_(parts), options_(std::move(options)) {}

  boost::asio::awaitable<base::Result<Account, Refusal>> register_account(RegistrationRequest request, Caller caller);

  // For `gatehouse account create`: works when registration is closed, with roles of the caller's choice (which has
  // checked that they exist). The address is the account's at once: an operator knows whose it is. Blocks.
  [[nodiscard]] base::Result<Account, Refusal> create_blocking(const RegistrationRequest& request,
                                                               std::vector<std::string> roles);

 private:
  struct Prepared;
  [[nodiscard]] base::Result<Prepared, Refusal> prepare(const RegistrationRequest& request) const;
  [[nodiscard]] NewAccount make_row(const Prepared& prepared, std::string hash, std::vector<std::string> roles) const;
  [[nodiscard]] bool insert_unproven(db::Transaction& tx, const NewAccount& row, const std::string& email_index) const;
  static void note(db::Transaction& tx, const NewAccount& row, audit::Event event);
  [[nodiscard]] base::Result<Account, Refusal> finish(const Prepared& prepared, const NewAccount& row, bool inserted,
                                                      const telemetry::TraceContext* trace);

  Parts parts_;
  const RegistrationOptions options_;
};

}  // namespace gatehouse::identity
