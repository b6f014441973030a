#include "crypto/algorithm.hpp"

namespace gatehouse::crypto {

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  for (const auto algorithm : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256, Algorithm::hs256}) {
    if (name == to_string(algorithm)) return algorithm;
  }
  return std::nullopt;
}

const char* to_string(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::es256: return "ES256";
    case Algorithm::eddsa: return "EdDSA";
    case Algorithm::rs256: return "RS256";
    case Algorithm::hs256: return "HS256";
  }
  return "";
}

}  // namespace gatehouse::crypto
