#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/base/secret.hpp"
#include "platform/base/uuid.hpp"

namespace gatehouse::identity {

inline constexpr std::string_view kWebhookQueue = "webhook";
inline constexpr std::size_t kMaxEndpoints = 50;
inline constexpr std::size_t kMaxEndpointTypes = 64;

// What of an endpoint lies sealed: a URL may hold a token, and the secrets sign.
struct EndpointSecrets {
  std::string name;  // an administrator's own word for it
  std::string url;
  std::vector<base::Secret> secrets;  // the newest first; the second, if there is one, is being replaced
};

struct Endpoint {
  base::Uuid id;
  bool enabled = true;
  std::vector<std::string> types;  // `session.ended`, or `session.*`; empty: every event
  std::int64_t from_seq = 0;       // events behind this one
  std::string sealed;              // EndpointSecrets
  base::TimePoint created_at{};
  std::optional<base::TimePoint> failing_since{};  // since when nothing has been taken
  std::string last_failure{};                      // a literal; empty: none since the last success

  [[nodiscard]] bool wants(std::string_view type) const;
};

}  // namespace gatehouse::identity
