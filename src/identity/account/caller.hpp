#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contract/ids.hpp"
#include "identity/session/session.hpp"
#include "platform/base/ip_address.hpp"
#include "platform/telemetry/trace_context.hpp"

namespace gatehouse::identity {

// Where a call comes from: what limits count by, what a session remembers, and what ties a log line to its request.
struct Caller {
  base::IpAddress address;
  std::string agent;  // User-Agent, as sent: personal, sealed where it is kept, never logged
  telemetry::TraceContext trace{};
  std::optional<contract::AccountId> account{};  // of an administrator who acts on another one's
  std::vector<std::string> roles{};              // of that administrator: what they hand out stays within these
  std::optional<TokenPlace> refresh_in{};        // of a sign-in
  std::string device_cookie{};  // as sent; what makes a known device (identity/defence/known_devices.hpp)
};

// What the session of a sign-in remembers of it.
[[nodiscard]] inline ClientInfo client_of(const Caller& caller) {
  return {.address = caller.address.to_string(), .agent = caller.agent, .refresh_in = caller.refresh_in};
}

}  // namespace gatehouse::identity
