#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/webauthn/attestation_object.hpp"
#include "crypto/webauthn/cbor.hpp"

// An attestation object: whatever lengths it claims. One that is accepted is one whole CBOR item and no more.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::crypto::webauthn;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CborReader whole(bytes);
  const bool one_item = whole.skip() && whole.at_end();
  const auto parsed = parse_attestation_object(bytes);
  if (!parsed) return 0;
  if (!one_item) std::abort();
  if (parsed->format == "none" && parsed->statement.size() != 1) std::abort();
  if (parsed->format.size() + parsed->statement.size() + parsed->authenticator_data.size() > size) std::abort();
  return 0;
}
