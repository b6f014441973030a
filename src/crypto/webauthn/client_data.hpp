#pragma once

#include <string>
#include <string_view>

#include "crypto/webauthn/refused.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::crypto::webauthn {

// What the browser saw (section 5.8.1). It is as true as the browser; that it is this browser's the signature shows.
struct ClientData {
  std::string type;       // webauthn.create or webauthn.get
  std::string challenge;  // as bytes
  std::string origin;
  bool cross_origin = false;  // asked for from inside a frame of another site
};

inline constexpr std::size_t kLongestClientData = 4'096;  // bytes

// One JSON object in UTF-8, in which nothing stands twice: other members are for other versions of the standard and are
// passed over. Errors: malformed_client_data.
[[nodiscard]] base::Result<ClientData, Refused> parse_client_data(std::string_view json);

}  // namespace gatehouse::crypto::webauthn
