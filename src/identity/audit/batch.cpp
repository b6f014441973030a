#include "identity/audit/batch.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <cstdlib>
#include <limits>

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"
#include "platform/base/json.hpp"
#include "platform/base/utc_time.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::string_view kSignature = R"(,"signature":")";
constexpr std::size_t kMarkBytes = 6;

std::string quoted(std::string_view name, std::string_view value) {
  return ",\"" + std::string(name) + "\":\"" + std::string(value) + '"';
}

std::optional<boost::json::object> object_of(std::string_view record) {
  auto value = base::parse_json(record);
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(value->as_object());
}

std::optional<std::string> text(const boost::json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->as_string());
}

// Of something that another may follow.
std::optional<std::int64_t> number(const boost::json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  if (value == nullptr || !value->is_int64() || value->as_int64() < 1) return std::nullopt;
  if (value->as_int64() == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return value->as_int64();
}

}  // namespace

crypto::SigningKey audit_key(const base::Secret& seed) {
  auto key = crypto::SigningKey::from_private_bytes(crypto::Algorithm::eddsa, seed);
  if (!key) std::abort();  // any 32 bytes are one (RFC 8032 section 5.1.5)
  return std::move(*key);
}

std::string sha256_hex(std::string_view bytes) { return base::hex_encode(crypto::sha256(bytes)); }

std::string mark_of(std::string_view event_line) {
  return base::base64url_encode(crypto::sha256(event_line).substr(0, kMarkBytes));
}

std::string events_sha256(std::span<const EventLine> events) {
  std::string lines;
  for (const auto& event : events) lines.append(event.line) += '\n';
  return sha256_hex(lines);
}

std::string sign_record(std::string record, const crypto::SigningKey& key) {
  record += quoted("key", key.kid());
  const std::string signature = base::base64url_encode(key.sign(record));
  return record.append(kSignature).append(signature) + "\"}";
}

std::string seal_batch(const ChainHead& previous, std::span<const EventLine> events, base::TimePoint now,
                       const crypto::SigningKey& key) {
  SeqRanges numbers;
  std::string marks;
  for (const auto& event : events) {
    numbers.add(event.seq);
    marks += mark_of(event.line);
  }
  std::string record = R"({"batch":)" + std::to_string(previous.number + 1);
  record += quoted("sealed_at", telemetry::to_rfc3339(now));
  record += quoted("events", numbers.to_string());
  record += R"(,"count":)" + std::to_string(events.size());
  record += quoted("marks", marks);
  record += quoted("events_sha256", events_sha256(events));
  record += quoted("previous_sha256", previous.record_sha256);
  return sign_record(std::move(record), key);
}

std::string seal_checkpoint(const ChainHead& removed, std::int64_t last_seq, base::TimePoint now,
                            const crypto::SigningKey& key) {
  std::string record = R"({"checkpoint":)" + std::to_string(removed.number);
  record += R"(,"last_seq":)" + std::to_string(last_seq);
  record += quoted("record_sha256", removed.record_sha256);
  record += quoted("made_at", telemetry::to_rfc3339(now));
  return sign_record(std::move(record), key);
}

std::optional<Batch> parse_batch(std::string_view record) {
  const auto object = object_of(record);
  if (!object) return std::nullopt;
  const auto which = number(*object, "batch"), count = number(*object, "count");
  auto time = text(*object, "sealed_at"), numbers = text(*object, "events"), marks = text(*object, "marks"),
       events = text(*object, "events_sha256"), previous = text(*object, "previous_sha256");
  if (!which || !count || !time || !numbers || !marks || !events || !previous) return std::nullopt;
  const auto sealed_at = base::parse_utc_time(*time);
  auto ranges = SeqRanges::parse(*numbers);
  if (!sealed_at) return std::nullopt;
  if (!ranges || ranges->count() != *count || *count > static_cast<std::int64_t>(kMaxBatchEvents)) return std::nullopt;
  if (marks->size() != static_cast<std::size_t>(*count) * kMarkCharacters) return std::nullopt;
  return Batch{.number = *which,
               .sealed_at = *sealed_at,
               .events = std::move(*ranges),
               .marks = std::move(*marks),
               .events_sha256 = std::move(*events),
               .previous_sha256 = std::move(*previous)};
}

std::optional<Checkpoint> parse_checkpoint(std::string_view record) {
  const auto object = object_of(record);
  if (!object) return std::nullopt;
  const auto which = number(*object, "checkpoint");
  auto hash = text(*object, "record_sha256");
  if (!which || !hash) return std::nullopt;
  return Checkpoint{.number = *which, .record_sha256 = std::move(*hash), .last_seq = number(*object, "last_seq")};
}

bool signature_holds(std::string_view record, const crypto::VerificationKey& key) {
  const auto at = record.rfind(kSignature);
  if (at == std::string_view::npos || !record.ends_with("\"}")) return false;
  const auto encoded = record.substr(at + kSignature.size(), record.size() - at - kSignature.size() - 2);
  const auto signature = base::base64url_decode(encoded);
  return signature && key.verify(record.substr(0, at), *signature);
}

}  // namespace gatehouse::identity
