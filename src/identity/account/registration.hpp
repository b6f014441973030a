#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "identity/account/account.hpp"
#include "identity/account/account_metrics.hpp"
#include "identity/account/account_store.hpp"
#include "identity/account/account_vault.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/password_work.hpp"
#include "identity/account/refusal.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

struct RegistrationOptions {
  bool enabled = true;
  std::vector<std::string> roles{"member"};  // of whoever registers; a request never says them
};

struct RegistrationRequest {
  std::string username;
  std::string email;
  base::Secret password{};
};

// Makes accounts. Thread-safe.
//
// Errors: registration_closed; invalid_input, naming every field that is wrong; name_taken, with one text for username
// and e-mail. The password is hashed before the names are looked up, so that "taken" comes no sooner than "done".
class Registration {
 public:
  struct Parts {  // all outlive the service
    db::Database& database;
    const AccountStore& store;
    const AccountVault& vault;
    PasswordWork& passwords;
    const base::Clock& clock;
    base::Random& random;
    telemetry::Logger& log;
    AccountMetrics& metrics;
  };
  Registration(Parts parts, RegistrationOptions options) : parts_(parts), options_(std::move(options)) {}

  boost::asio::awaitable<base::Result<Account, Refusal>> register_account(RegistrationRequest request, Caller caller);

  // For `gatehouse account create`: works when registration is closed, with roles of the caller's choice (which has
  // checked that they exist). Blocks.
  [[nodiscard]] base::Result<Account, Refusal> create_blocking(const RegistrationRequest& request,
                                                               std::vector<std::string> roles);

 private:
  struct Prepared;
  [[nodiscard]] base::Result<Prepared, Refusal> prepare(const RegistrationRequest& request) const;
  [[nodiscard]] NewAccount make_row(const Prepared& prepared, std::string hash, std::vector<std::string> roles) const;
  [[nodiscard]] base::Result<Account, Refusal> finish(const Prepared& prepared, const NewAccount& row, bool inserted,
                                                      const telemetry::TraceContext* trace);

  Parts parts_;
  const RegistrationOptions options_;
};

}  // namespace gatehouse::identity
