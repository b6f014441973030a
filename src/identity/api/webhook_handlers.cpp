#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/json_body.hpp"
#include "identity/webhook/webhooks.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

boost::json::object view(const EndpointView& shown) {
  const auto& endpoint = shown.endpoint;
  boost::json::array types;
  for (const auto& type : endpoint.types) types.emplace_back(type);
  boost::json::object out{{"id", endpoint.id.to_string()},
                          {"name", shown.name},
                          {"url", shown.url},
                          {"types", std::move(types)},
                          {"enabled", endpoint.enabled},
                          {"created_at", telemetry::to_rfc3339(endpoint.created_at)}};
  if (endpoint.failing_since) out["failing_since"] = telemetry::to_rfc3339(*endpoint.failing_since);
  if (!endpoint.last_failure.empty()) out["last_failure"] = endpoint.last_failure;
  return out;
}

http::Response made(unsigned status, const EndpointMade& made) {
  auto body = view(made.view);
  if (!made.secret.empty()) body["secret"] = made.secret.expose();
  return http::json_response(status, body);
}

http::Response refuse(const http::Request& request, WebhookError error) {
  const auto field = [&](const char* name, const char* message) {
    return error_response(request, ApiError::invalid_request, {.fields = {{name, message}}});
  };
  switch (error) {
    case WebhookError::not_found: break;
    case WebhookError::too_many: return field("name", "there are 50 endpoints already: remove one first");
    case WebhookError::bad_name: return field("name", "must be one line of 1 to 100 bytes");
    case WebhookError::bad_url:
      return field("url", "must be an https:// URL without a user name and without a fragment");
    case WebhookError::bad_types:
      return field("types", "must be at most 64 types of events, such as session.ended or session.*");
  }
  return error_response(request, ApiError::not_found);
}

EndpointWish read_wish(JsonBody& body) {
  EndpointWish wish;
  wish.name = body.text("name");
  wish.url = body.text("url");
  if (body.has("types")) wish.types = body.required_text_list("types");
  wish.enabled = body.flag("enabled");
  wish.rotate_secret = body.flag("rotate_secret").value_or(false);
  return wish;
}

// The number of an event.
std::optional<std::int64_t> read_seq(JsonBody& body, const char* name) {
  const auto number = body.integer(name);
  if (number && *number > 0) return number;
  if (number || !body.has(name)) body.reject(name, "must be the number of an event");
  return std::nullopt;
}

}  // namespace

Answer list_webhooks(const ApiContext& context, http::Request&, const contract::Principal&) {
  boost::json::array webhooks;
  for (const auto& endpoint : co_await context.webhooks.list()) webhooks.push_back(view(endpoint));
  co_return http::json_response(200, boost::json::object{{"webhooks", std::move(webhooks)}});
}

Answer add_webhook(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto wish = read_wish(*body);
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  const auto added = co_await context.webhooks.add(std::move(wish), who.account);
  co_return added ? made(201, *added) : refuse(request, added.error());
}

Answer change_webhook(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = base::Uuid::parse(request.parameter("id"));
  if (!id) co_return error_response(request, ApiError::not_found);
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  auto wish = read_wish(*body);
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  const auto changed = co_await context.webhooks.change(*id, std::move(wish), who.account);
  co_return changed ? made(200, *changed) : refuse(request, changed.error());
}

Answer remove_webhook(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = base::Uuid::parse(request.parameter("id"));
  if (!id || !co_await context.webhooks.remove(*id, who.account)) {
    co_return error_response(request, ApiError::not_found);
  }
  co_return http::empty_response(204);
}

Answer replay_webhook(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = base::Uuid::parse(request.parameter("id"));
  if (!id) co_return error_response(request, ApiError::not_found);
  auto body = JsonBody::parse(request);
  if (!body) co_return error_response(request, body.error());
  const auto first = read_seq(*body, "first");
  const auto last = read_seq(*body, "last");
  auto errors = body->finish();
  if (!errors.empty()) co_return error_response(request, ApiError::invalid_request, {.fields = std::move(errors)});
  const auto replayed = co_await context.webhooks.replay(*id, *first, *last, who.account);
  if (!replayed) co_return refuse(request, replayed.error());
  boost::json::object answer{{"events", replayed->events}};
  if (replayed->next) answer["next"] = *replayed->next;
  co_return http::json_response(202, answer);
}

}  // namespace gatehouse::identity
