#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "contract/ids.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::identity {

struct RefreshToken {
  contract::SessionId session;
  std::uint64_t counter = 0;
};

// Refresh tokens on the wire: `ghr_` + base64url(session id, 16 bytes ‖ counter, 8 bytes big-endian ‖ the first 16
// bytes of HMAC-SHA-256 over both). The token is a pure function of session and counter: a retry gets the very same
// successor with nothing remembered, and the database holds nothing that could be used as a token. Thread-safe.
class RefreshTokenCodec {
 public:
  explicit RefreshTokenCodec(base::Secret mac_key) : mac_key_(std::move(mac_key)) {}

  [[nodiscard]] base::Secret encode(const RefreshToken& token) const;
  // Nothing unless `text` is exactly what encode() makes: a forged token costs one HMAC and never reaches the database.
  // A token that decodes is one we made; whether its session lives and its counter is the newest, the database says.
  [[nodiscard]] std::optional<RefreshToken> decode(std::string_view text) const;

 private:
  base::Secret mac_key_;
};

}  // namespace gatehouse::identity
