#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/base/secret.hpp"

namespace gatehouse::identity {

// What is kept of a passkey, sealed: FactorRecord::material_sealed.
struct Passkey {
  std::string credential_id;
  std::string public_key;               // COSE_Key
  std::vector<std::string> transports;  // usb, nfc, ble, internal, hybrid …: a hint for browsers
  bool backup_eligible = false;         // lives on several devices
};

[[nodiscard]] std::string encode_passkey(const Passkey& passkey);
// Throws base::Unavailable for what encode_passkey never wrote.
[[nodiscard]] Passkey decode_passkey(const base::Secret& bytes);

// What a credential is found by: its SHA-256. A credential id is long and random, so nothing follows from it.
[[nodiscard]] std::string credential_index(std::string_view credential_id);

}  // namespace gatehouse::identity
