#pragma once

#include <optional>
#include <string_view>

namespace gatehouse::crypto {

// The signature algorithms we sign and verify with, and no others (RFC 8725 section 3.1). `none` is not among them.
enum class Algorithm {
  es256,  // ECDSA, P-256, SHA-256 (RFC 7518 section 3.4). The default
  eddsa,  // Ed25519 (RFC 8037, RFC 8032)
  rs256,  // RSASSA-PKCS1-v1_5, SHA-256, 3072 bit (RFC 7518 section 3.3)
  hs256,  // HMAC with SHA-256 (RFC 7518 section 3.2): whoever verifies can also sign
};

// The `alg` value exactly as registered: case counts. Nothing for any other text.
[[nodiscard]] std::optional<Algorithm> parse_algorithm(std::string_view name);
[[nodiscard]] const char* to_string(Algorithm algorithm);  // "ES256"

}  // namespace gatehouse::crypto
