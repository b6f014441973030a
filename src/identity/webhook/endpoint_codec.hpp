#pragma once

#include <string>

#include "crypto/sealing.hpp"
#include "identity/webhook/endpoint.hpp"
#include "platform/base/random.hpp"

namespace gatehouse::identity {

// Seals what of an endpoint is secret, bound to its id, under the installation's key for endpoints.
[[nodiscard]] std::string seal_endpoint(const crypto::SealingKey& key, base::Uuid id, const EndpointSecrets& secrets,
                                        base::Random& random);
// Throws base::Unavailable when the bytes do not open: the wrong master key or a damaged row.
[[nodiscard]] EndpointSecrets open_endpoint(const crypto::SealingKey& key, base::Uuid id, const std::string& sealed);

}  // namespace gatehouse::identity
