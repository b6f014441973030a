#include "crypto/webauthn/attestation_object.hpp"

#include <cstddef>
#include <optional>

#include "crypto/webauthn/cbor.hpp"

namespace gatehouse::crypto::webauthn {
namespace {

constexpr std::string_view kEmptyMap("\xA0", 1);

// A map that is a member of another.
std::optional<std::string_view> take_map(CborReader& reader) {
  const auto before = reader.rest();
  const bool is_map = !before.empty() && (static_cast<unsigned char>(before.front()) >> 5U) == 5;
  if (!is_map || !reader.skip(1)) return std::nullopt;
  return before.substr(0, before.size() - reader.rest().size());
}

}  // namespace

base::Result<AttestationObject, Refused> parse_attestation_object(std::string_view cbor) {
  CborReader reader(cbor);
  const auto members = reader.map();
  if (members != 3U) return Refused::malformed_attestation;
  std::optional<std::string_view> format;
  std::optional<std::string_view> statement;
  std::optional<std::string_view> data;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto name = reader.text();
    if (!name) return Refused::malformed_attestation;
    if (*name == "fmt" && !format) {
      format = reader.text();
    } else if (*name == "attStmt" && !statement) {
      statement = take_map(reader);
    } else if (*name == "authData" && !data) {
      data = reader.bytes();
    }
  }
  // Three members, and these three: one that stands twice leaves another out.
  if (!format || !statement || !data || !reader.at_end()) return Refused::malformed_attestation;
  if (*format == "none" && *statement != kEmptyMap) return Refused::wrong_attestation;
  return AttestationObject{.format = *format, .statement = *statement, .authenticator_data = *data};
}

}  // namespace gatehouse::crypto::webauthn
