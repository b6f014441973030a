#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/query.hpp"
#include "platform/audit/security_events.hpp"
#include "platform/base/json.hpp"
#include "platform/base/utc_time.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

using Fields = std::vector<http::FieldError>;

std::optional<std::int64_t> parse_number(std::string_view text, std::int64_t highest) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1 || number > highest) return std::nullopt;
  return number;
}

// Takes the parameters that are there, and says which of them make no sense.
class FilterReader {
 public:
  explicit FilterReader(const QueryParameters& query) : query_(query) {}

  template <class Parse, class T>
  void take(const char* name, Parse parse, T& target, const char* message) {
    const auto found = query_.find(name);
    if (found == query_.end()) return;
    if (auto value = parse(found->second)) {
      target = std::move(*value);
    } else {
      errors.push_back({name, message});
    }
  }
  Fields errors{};

 private:
  const QueryParameters& query_;
};

constexpr const char* kTimeForm = "must be a day such as 2026-01-31 or a time such as 2026-01-31T12:00:00Z";
constexpr const char* kIdForm = "must be an account's id";

base::Result<audit::EventFilter, Fields> read_filter(const QueryParameters& query) {
  audit::EventFilter filter;
  FilterReader reader(query);
  const auto limit = [](const std::string& text) { return parse_number(text, 100); };
  const auto cursor = [](const std::string& text) {
    return parse_number(text, std::numeric_limits<std::int64_t>::max());
  };
  const auto id = [](const std::string& text) { return base::Uuid::parse(text); };
  const auto time = [](const std::string& text) { return base::parse_utc_time(text); };
  reader.take("limit", limit, filter.limit, "must be a number from 1 to 100");
  reader.take("cursor", cursor, filter.before_seq, "must be the next of an earlier page");
  reader.take("subject", id, filter.subject, kIdForm);
  reader.take("actor", id, filter.actor, kIdForm);
  reader.take("after", time, filter.from, kTimeForm);
  reader.take("before", time, filter.until, kTimeForm);
  if (!reader.errors.empty()) return std::move(reader.errors);
  return filter;
}

boost::json::object view(const audit::RecordedEvent& event) {
  boost::json::object out{{"id", std::to_string(event.seq)},
                          {"seq", event.seq},
                          {"time", telemetry::to_rfc3339(event.at)},
                          {"type", event.type}};
  if (event.actor) out["actor"] = event.actor->to_string();
  if (event.subject) out["subject"] = event.subject->to_string();
  auto fields = base::parse_json(event.fields);
  out["fields"] = fields && fields->is_object() ? std::move(*fields) : boost::json::object{{"damaged", event.fields}};
  return out;
}

// Whoever is in the events, once each.
std::vector<contract::AccountId> accounts_in(const std::vector<audit::RecordedEvent>& events) {
  std::vector<contract::AccountId> ids;
  for (const auto& event : events) {
    for (const auto& id : {event.actor, event.subject}) {
      if (id) ids.emplace_back(*id);
    }
  }
  std::ranges::sort(ids);
  const auto [first, last] = std::ranges::unique(ids);
  ids.erase(first, last);
  return ids;
}

// The log holds no names. Who may read accounts is told those of today beside the events.
Answer page_answer(const ApiContext& context, audit::EventFilter filter, const contract::Principal& who) {
  const auto page = co_await context.audit_desk.page(filter);
  boost::json::array events;
  for (const auto& event : page.events) events.push_back(view(event));
  boost::json::object body{{"events", std::move(events)}};
  if (page.next) body["next"] = std::to_string(*page.next);
  if (context.access.grants_any(who, kReadsAccounts)) {
    const auto found = co_await context.administration.names(accounts_in(page.events));
    boost::json::object names;
    for (const auto& name : found) names[name.id.to_string()] = name.username;
    body["names"] = std::move(names);
  }
  co_return http::json_response(200, body);
}

boost::json::object view(const audit::ErrorReport& report) {
  return {{"error_id", report.error_id}, {"time", telemetry::to_rfc3339(report.at)},
          {"status", report.status},     {"route", report.route},
          {"kind", report.kind},         {"detail", report.detail}};
}

boost::json::array views(const std::vector<audit::ErrorReport>& reports) {
  boost::json::array out;
  for (const auto& report : reports) out.push_back(view(report));
  return out;
}

bool is_trace_id(std::string_view text) {
  return text.size() == 32 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

Answer list_audit_events(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto query = parse_query(request.query, {"limit", "cursor", "type", "subject", "actor", "after", "before"});
  if (!query) co_return error_response(request, ApiError::invalid_request, {.fields = query.error()});
  auto filter = read_filter(*query);
  if (!filter) co_return error_response(request, ApiError::invalid_request, {.fields = filter.error()});
  const auto type = query->find("type");
  const std::array<std::string_view, 1> types{type != query->end() ? std::string_view(type->second) : ""};
  if (type != query->end()) filter->types = types;
  co_return co_await page_answer(context, *filter, who);
}

Answer list_security_events(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto query = parse_query(request.query, {"limit", "cursor", "subject", "after", "before"});
  if (!query) co_return error_response(request, ApiError::invalid_request, {.fields = query.error()});
  auto filter = read_filter(*query);
  if (!filter) co_return error_response(request, ApiError::invalid_request, {.fields = filter.error()});
  filter->types = audit::kSecurityTypes;
  co_return co_await page_answer(context, *filter, who);
}

// A piece of whole batches; the Link header says where the next one is (RFC 8288).
Answer export_audit_log(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto query = parse_query(request.query, {"after_batch", "from", "until"});
  if (!query) co_return error_response(request, ApiError::invalid_request, {.fields = query.error()});
  ExportRange range{.max_events = 20'000};
  FilterReader reader(*query);
  const auto batch = [](const std::string& text) {
    return parse_number(text, std::numeric_limits<std::int32_t>::max());
  };
  const auto time = [](const std::string& text) { return base::parse_utc_time(text); };
  reader.take("after_batch", batch, range.after_batch, "must be the number of a batch");
  reader.take("from", time, range.from, kTimeForm);
  reader.take("until", time, range.until, kTimeForm);
  if (!reader.errors.empty()) {
    co_return error_response(request, ApiError::invalid_request, {.fields = std::move(reader.errors)});
  }
  auto piece = co_await context.audit_desk.take_out(range, who.account);
  http::Response response{.status = 200, .content_type = "application/x-ndjson", .body = std::move(piece.lines)};
  response.set("Content-Disposition", "attachment; filename=\"audit.ndjson\"");
  if (!piece.complete) {
    std::string next = "/v1/admin/audit/export?after_batch=" + std::to_string(piece.last_batch);
    for (const char* name : {"from", "until"}) {
      if (const auto given = query->find(name); given != query->end()) next += "&" + given->first + "=" + given->second;
    }
    response.set("Link", "<" + next + ">; rel=\"next\"");
  }
  co_return response;
}

Answer list_errors(const ApiContext& context, http::Request& request, const contract::Principal&) {
  auto query = parse_query(request.query, {"limit"});
  if (!query) co_return error_response(request, ApiError::invalid_request, {.fields = query.error()});
  std::int64_t limit = 50;
  FilterReader reader(*query);
  reader.take(
      "limit", [](const std::string& text) { return parse_number(text, 100); }, limit,
      "must be a number from 1 to 100");
  if (!reader.errors.empty()) {
    co_return error_response(request, ApiError::invalid_request, {.fields = std::move(reader.errors)});
  }
  const auto reports = co_await context.audit_desk.newest_errors(static_cast<std::size_t>(limit));
  co_return http::json_response(200, boost::json::object{{"errors", views(reports)}});
}

Answer show_error(const ApiContext& context, http::Request& request, const contract::Principal&) {
  const std::string id(request.parameter("id"));
  if (!is_trace_id(id)) co_return error_response(request, ApiError::not_found);
  const auto reports = co_await context.audit_desk.find_errors(id);
  if (reports.empty()) co_return error_response(request, ApiError::not_found);
  auto body = view(reports.front());
  if (reports.size() > 1) body["earlier"] = views({reports.begin() + 1, reports.end()});
  co_return http::json_response(200, body);
}

}  // namespace gatehouse::identity
