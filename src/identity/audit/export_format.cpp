#include "identity/audit/export_format.hpp"

#include <boost/json/serialize.hpp>
#include <limits>
#include <utility>

#include "platform/base/json.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

std::optional<boost::json::object> object_of(std::string_view line) {
  auto value = base::parse_json(line);
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(value->as_object());
}

std::optional<ChainHead> head_in(const boost::json::object& object, std::string_view number, std::string_view hash) {
  const auto* const which = object.if_contains(number);
  const auto* const text = object.if_contains(hash);
  if (which == nullptr || !which->is_int64() || which->as_int64() < 0) return std::nullopt;
  if (which->as_int64() == std::numeric_limits<std::int64_t>::max()) return std::nullopt;  // another may follow it
  if (text == nullptr || !text->is_string()) return std::nullopt;
  return ChainHead{.number = which->as_int64(), .record_sha256 = std::string(text->as_string())};
}

}  // namespace

std::string export_start_line(const ChainHead& behind, base::TimePoint now, const crypto::SigningKey& key) {
  return R"({"audit_export":1,"made_at":")" + telemetry::to_rfc3339(now) + R"(","behind_batch":)" +
         std::to_string(behind.number) + R"(,"behind_sha256":")" + behind.record_sha256 + R"(","public_key":)" +
         boost::json::serialize(key.public_jwk()) + "}";
}

std::string export_end_line(const ChainHead& head, base::TimePoint now, const crypto::SigningKey& key) {
  return sign_record(R"({"end_of_export":)" + std::to_string(head.number) + R"(,"record_sha256":")" +
                         head.record_sha256 + R"(","made_at":")" + telemetry::to_rfc3339(now) + '"',
                     key);
}

std::optional<ExportStart> parse_export_start(std::string_view line) {
  const auto object = object_of(line);
  if (!object || !object->contains("audit_export")) return std::nullopt;
  auto behind = head_in(*object, "behind_batch", "behind_sha256");
  const auto* const key = object->if_contains("public_key");
  if (!behind || key == nullptr || !key->is_object()) return std::nullopt;
  return ExportStart{.behind = std::move(*behind), .public_key = key->as_object()};
}

std::optional<ChainHead> parse_export_end(std::string_view line) {
  const auto object = object_of(line);
  if (!object) return std::nullopt;
  return head_in(*object, "end_of_export", "record_sha256");
}

std::optional<std::int64_t> event_number(std::string_view line) {
  const auto object = object_of(line);
  if (!object) return std::nullopt;
  const auto* const seq = object->if_contains("seq");
  if (seq == nullptr || !seq->is_int64()) return std::nullopt;
  return seq->as_int64();
}

}  // namespace gatehouse::identity
