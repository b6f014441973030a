#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "contract/ids.hpp"
#include "platform/base/clock.hpp"

namespace gatehouse::contract {

// Who is calling, through which client, with which scopes: what a verified, unrevoked access token says.
// Only the gate's verifier makes one; a handler that takes `const Principal&` can't be reached without.
struct Principal {
  AccountId account;
  SessionId session;
  std::string client_id;
  std::vector<std::string> roles;
  std::vector<std::string> scopes;
  std::vector<std::string> amr;  // RFC 8176: pwd, otp, hwk …
  std::string acr;
  bool email_verified = false;  // at the time the token was made
  base::TimePoint auth_time;    // when the person last proved who they are
  base::TimePoint expires;      // of the token
};

}  // namespace gatehouse::contract
