#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "crypto/password.hpp"
#include "identity/account/password_policy.hpp"
#include "identity/account/refusal.hpp"
#include "platform/base/ip_address.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/limits/sign_in_counter.hpp"
#include "platform/runtime/pool.hpp"

namespace gatehouse::identity {

// Everything that runs a password hash, in one place, so that none can be run without being counted, bounded and off
// the event loop. Hashes queue fairly by client address. Thread-safe.
class PasswordWork {
 public:
  // REQUIRES: all outlive it.
  PasswordWork(const crypto::PasswordHasher& hasher, runtime::Pool& hashing, limits::SignInCounter& counter,
               PasswordPolicy policy)
      : hasher_(hasher), hashing_(hashing), counter_(counter), policy_(std::move(policy)) {}

  // The counter's view of an attempt on an account that was found, or on a name that belongs to nobody. `device`: of a
  // device that is known to that account.
  [[nodiscard]] limits::SignInAttempt attempt_on(std::string_view subject, const base::IpAddress& address,
                                                 const std::optional<std::string>& device) const;

  struct Proof {
    bool matches = false;
    std::string rehashed{};  // not empty: replace the stored hash by this stronger one
  };
  // Does `prepared` match `stored`? Without a stored hash (nobody has that name) it does the same work and says no.
  // The attempt counts as failed until accept() takes it back; a hash that could not be run (base::Unavailable) does
  // not count. Errors: throttled, and then no hash is run.
  boost::asio::awaitable<base::Result<Proof, Refusal>> prove(limits::SignInAttempt& attempt,
                                                             const base::Secret& prepared,
                                                             std::optional<std::string> stored,
                                                             base::IpAddress address);
  // The attempt was the owner's.
  boost::asio::awaitable<void> accept(limits::SignInAttempt attempt) { return counter_.async_succeeded(attempt); }

  // A new password, as typed, for the account that `own_words` describe: its hash. Errors: invalid_input, naming
  // `field`.
  boost::asio::awaitable<base::Result<std::string, Refusal>> choose(const base::Secret& typed, std::string field,
                                                                    std::vector<std::string> own_words,
                                                                    base::IpAddress address);
  // The same on the calling thread, for commands.
  [[nodiscard]] base::Result<std::string, Refusal> choose_blocking(const base::Secret& typed, const std::string& field,
                                                                   const std::vector<std::string>& own_words) const;

  // What can be said without an estimate or a hash; empty when nothing is wrong.
  [[nodiscard]] std::optional<FieldProblem> check_form(const base::Secret& typed, const std::string& field) const;
  [[nodiscard]] Refusal refuse(PasswordError error, const std::string& field) const;

 private:
  [[nodiscard]] base::Result<base::Secret, Refusal> prepare_new(const base::Secret& typed,
                                                                const std::string& field) const;
  [[nodiscard]] base::Result<std::string, Refusal> check_and_hash(const base::Secret& prepared,
                                                                  const std::string& field,
                                                                  const std::vector<std::string>& own_words) const;

  const crypto::PasswordHasher& hasher_;
  runtime::Pool& hashing_;
  limits::SignInCounter& counter_;
  const PasswordPolicy policy_;
};

}  // namespace gatehouse::identity
