#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/assurance.hpp"
#include "contract/permission.hpp"
#include "contract/principal.hpp"
#include "gate/original_request.hpp"
#include "gate/reason.hpp"
#include "platform/base/clock.hpp"

namespace gatehouse::gate {

enum class Access { everyone, signed_in, nobody };

// Who may do what where. The first rule that matches host, path and method decides.
struct Rule {
  std::string host;                  // lower case; empty: any
  std::string path;                  // exact, or `/x/**`: /x and all below it; `/**`: everything
  std::vector<std::string> methods;  // empty: any
  Access access = Access::signed_in;
  std::vector<std::string> roles;                                   // any one of them is enough
  std::vector<contract::Permission> permissions;                    // all of them
  std::vector<std::string> scopes;                                  // all of them
  std::optional<std::chrono::seconds> max_age;                      // since the person last proved who they are
  contract::Assurance assurance = contract::Assurance::one_factor;  // of the sign-in, at least
  bool email_verified = false;                                      // the address was shown to be the account's
};

// Immutable; thread-safe.
class Policy {
 public:
  // `otherwise` is for requests no rule matches.
  Policy(std::vector<Rule> rules, Access otherwise);

  // The rule that governs a request, never null: the last resort is a rule of its own.
  [[nodiscard]] const Rule& rule_for(const OriginalRequest& request) const;
  // The place of a rule that rule_for() gave, from 1 on; 0: the last resort.
  [[nodiscard]] std::size_t number_of(const Rule& rule) const noexcept {
    return &rule == &otherwise_ ? 0 : static_cast<std::size_t>(&rule - rules_.data()) + 1;
  }

  // May `principal` pass under `rule`, as `roles` has it now? allowed, stale_sign_in or not_permitted.
  // REQUIRES: rule.access is signed_in.
  [[nodiscard]] static Reason decide(const Rule& rule, const contract::Principal& principal,
                                     const contract::RolePermissions& roles, base::TimePoint now);

  // True when there is no rule at all, so that path, host and method decide nothing.
  [[nodiscard]] bool is_uniform() const noexcept { return rules_.empty(); }

 private:
  std::vector<Rule> rules_;
  Rule otherwise_;
};

}  // namespace gatehouse::gate
