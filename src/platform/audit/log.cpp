#include "platform/audit/log.hpp"

#include <cstdlib>

#include "platform/telemetry/json_line.hpp"

namespace gatehouse::audit {
namespace {

db::Value id_or_null(const std::optional<base::Uuid>& id) {
  if (!id) return nullptr;
  return db::Blob{id->bytes()};
}

}  // namespace

Event by(const Author& author, Event event) {
  event.actor = author.account;
  if (author.is_operator) event.fields.push_back({"by", "operator"});
  return event;
}

std::string encode_fields(const std::vector<Field>& fields) {
  if (fields.size() > kMaxFields) std::abort();
  std::string json = "{";
  for (const auto& field : fields) {
    if (json.size() > 1) json += ',';
    telemetry::append_json_string(json, field.name, kMaxValueBytes);
    json += ':';
    telemetry::append_json_string(json, field.value, kMaxValueBytes);
  }
  return json += '}';
}

void record(db::Transaction& tx, const Event& event, base::TimePoint now) {
  const std::string fields = encode_fields(event.fields);
  tx.execute("INSERT INTO audit_event (at, actor, subject, type, fields) VALUES ($1, $2, $3, $4, $5)",
             {base::to_unix_ms(now), id_or_null(event.actor), id_or_null(event.subject), event.type, fields});
}

}  // namespace gatehouse::audit
