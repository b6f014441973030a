#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "contract/principal.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::contract {

enum class AuthError {
  invalid_token,  // any bad, expired or revoked token: one answer for all, the reason stays in the metrics
  unavailable,    // the revocation feed is too old to say "yes": 503, never 401
};

// Turns an access token into who is calling. Implemented by the gate, used by the API of identity.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // REQUIRES: called on event loop `loop`. The principal stays valid while the caller holds it.
  virtual base::Result<std::shared_ptr<const Principal>, AuthError> authenticate(std::size_t loop,
                                                                                 std::string_view access_token) = 0;
};

}  // namespace gatehouse::contract
