#include "identity/webhook/event_message.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

#include "platform/audit/event_store.hpp"
#include "platform/base/json.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {

std::string EventJob::payload() const {
  return boost::json::serialize(boost::json::object{{"endpoint", endpoint.to_string()}, {"seq", seq}});
}

std::optional<EventJob> EventJob::read(std::string_view payload) {
  const auto value = base::parse_json(payload);
  if (!value || !value->is_object()) return std::nullopt;
  const auto* endpoint = value->get_object().if_contains("endpoint");
  const auto* seq = value->get_object().if_contains("seq");
  if (endpoint == nullptr || !endpoint->is_string() || seq == nullptr || !seq->is_int64()) return std::nullopt;
  const auto id = base::Uuid::parse(std::string_view(endpoint->get_string()));
  if (!id) return std::nullopt;
  return EventJob{*id, seq->get_int64()};
}

std::string message_id(std::int64_t seq) { return "evt_" + std::to_string(seq); }

std::string message_body(const audit::RecordedEvent& event) {
  boost::json::object data{{"seq", event.seq}};
  if (event.actor) data["actor"] = event.actor->to_string();
  if (event.subject) data["subject"] = event.subject->to_string();
  const auto fields = base::parse_json(event.fields);
  data["fields"] = fields ? *fields : boost::json::value(boost::json::object());
  return boost::json::serialize(boost::json::object{
      {"type", event.type}, {"timestamp", telemetry::to_rfc3339(event.at)}, {"data", std::move(data)}});
}

std::int64_t newest_event(db::Transaction& tx) {
  const auto newest = audit::EventStore().page(tx, {.limit = 1});
  return newest.empty() ? 0 : newest.front().seq;
}

}  // namespace gatehouse::identity
