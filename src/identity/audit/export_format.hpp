#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/signing_key.hpp"
#include "identity/audit/batch.hpp"
#include "platform/base/clock.hpp"

namespace gatehouse::identity {

// The first and the last line of an export. Between them, for each batch, its events and then its record.
//   {"audit_export":1,"made_at":"…","behind_batch":11,"behind_sha256":"…","public_key":{…}}
//   {"end_of_export":15,"record_sha256":"…","made_at":"…","key":"…","signature":"…"}
// The last is signed: an export that was cut short has none of its own.
struct ExportStart {
  ChainHead behind;
  boost::json::object public_key;
};
[[nodiscard]] std::string export_start_line(const ChainHead& behind, base::TimePoint now,
                                            const crypto::SigningKey& key);
[[nodiscard]] std::string export_end_line(const ChainHead& head, base::TimePoint now, const crypto::SigningKey& key);

[[nodiscard]] std::optional<ExportStart> parse_export_start(std::string_view line);
[[nodiscard]] std::optional<ChainHead> parse_export_end(std::string_view line);

// The number of the event that a line is; nothing for any other line.
[[nodiscard]] std::optional<std::int64_t> event_number(std::string_view line);

}  // namespace gatehouse::identity
