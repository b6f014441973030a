#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "contract/ids.hpp"
#include "crypto/sealing.hpp"
#include "identity/session/session.hpp"
#include "platform/base/random.hpp"

namespace gatehouse::identity {

inline constexpr std::size_t kMaxAgentBytes = 256;

// JSON {address, agent, refresh_in} under the account's data key, bound to the session. The agent is cut to
// kMaxAgentBytes; whatever of it is not printable ASCII becomes '?': a header is whatever its sender wrote.
[[nodiscard]] std::string seal_client_info(const crypto::SealingKey& data_key, contract::SessionId session,
                                           const ClientInfo& client, base::Random& random);
// All members empty when it does not open: the account's data was erased, and the session can still be listed and
// ended.
[[nodiscard]] ClientInfo open_client_info(const crypto::SealingKey& data_key, contract::SessionId session,
                                          std::string_view sealed);

}  // namespace gatehouse::identity
