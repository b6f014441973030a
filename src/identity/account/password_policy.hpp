#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "identity/account/mistake.hpp"
#include "identity/defence/password_filter.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::identity {

// Refused before anything looks at the bytes: no normalisation, no hash.
inline constexpr std::size_t kMaxPasswordBytes = 1024;
// Below this many bits (about a thousand million guesses) a password counts as guessable. Measured with zxcvbn: the
// well-known ones, key walks, names and dates with digits behind stay below 27, three random words begin at 40.
inline constexpr double kMinPasswordBits = 30.0;

struct PasswordRules {
  std::size_t min_characters = 12;  // never below 8, which the configuration holds
  std::size_t max_characters = 256;
  std::vector<std::string> service_names{"gatehouse"};  // guessed first by whoever attacks this installation
};

enum class PasswordError {
  too_many_bytes,
  contains_nul,
  not_text,  // not valid Unicode, a lone surrogate for instance
  too_short,
  too_long,
  breached,       // on a list of passwords that are known from breaches
  guessable,      // common, a key walk, a repetition, a date
  contains_name,  // little more than the username, the e-mail address or the service's name
};

// The form that is hashed, at registration, sign-in and change alike: NFC, so that é typed on two systems is one
// password; nothing trimmed, folded or cut (RFC 8265 section 4, OpaqueString, but that it keeps every kind of space).
// Errors: too_many_bytes, contains_nul, not_text. Thread-safe; costs microseconds.
[[nodiscard]] base::Result<base::Secret, PasswordError> prepare_password(const base::Secret& typed);

// Whether a password may be chosen. Immutable: thread-safe.
class PasswordPolicy {
 public:
  // `more`: what is breached besides the shipped list; null: nothing.
  explicit PasswordPolicy(PasswordRules rules, std::shared_ptr<const PasswordFilter> more = nullptr)
      : rules_(std::move(rules)), more_(std::move(more)) {}

  // `prepared` comes from prepare_password; `own_words` are the account's username, e-mail address and the like.
  // Estimating takes up to 5 ms for a long hostile password: not on an event loop.
  [[nodiscard]] base::Result<void, PasswordError> check(const base::Secret& prepared,
                                                        const std::vector<std::string>& own_words) const;
  // The same without the estimate: the lengths alone, cheap enough for an event loop.
  [[nodiscard]] base::Result<void, PasswordError> check_length(const base::Secret& prepared) const;

  // What was wrong and what would be right, for the person who chose it.
  [[nodiscard]] FieldProblem problem(PasswordError error, std::string field) const;

 private:
  [[nodiscard]] bool is_breached(const base::Secret& prepared) const;

  PasswordRules rules_;
  std::shared_ptr<const PasswordFilter> more_;
};

}  // namespace gatehouse::identity
