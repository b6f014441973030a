#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/webauthn/client_data.hpp"
#include "platform/base/encoding.hpp"

// What a browser says it saw: one that is accepted holds its challenge in the one spelling that base64url has, and is
// no longer than may be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::crypto::webauthn;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse_client_data(json);
  if (!parsed) return 0;
  if (size > kLongestClientData) std::abort();
  if (gatehouse::base::base64url_decode(gatehouse::base::base64url_encode(parsed->challenge)) != parsed->challenge) {
    std::abort();
  }
  return 0;
}
