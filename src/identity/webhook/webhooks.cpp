#include "identity/webhook/webhooks.hpp"

#include <algorithm>
#include <utility>

#include "identity/webhook/endpoint_codec.hpp"
#include "identity/webhook/event_message.hpp"
#include "identity/webhook/signature.hpp"
#include "platform/audit/event_store.hpp"
#include "platform/audit/event_types.hpp"

namespace gatehouse::identity {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kMaxNameBytes = 100;

// `session.ended`, `session.*`.
bool is_type(std::string_view text) {
  const auto dot = text.find('.');
  const auto is_word = [](std::string_view word) {
    return !word.empty() && word.size() <= 40 &&
           std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  };
  if (dot == std::string_view::npos || !is_word(text.substr(0, dot))) return false;
  const auto rest = text.substr(dot + 1);
  return rest == "*" || is_word(rest);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameBytes &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

}  // namespace

std::optional<WebhookError> Webhooks::problem_of(const EndpointWish& wish) const {
  if (wish.name && !is_name(*wish.name)) return WebhookError::bad_name;
  if (wish.url && !parts_.delivery.may_send_to(*wish.url)) return WebhookError::bad_url;
  if (wish.types && (wish.types->size() > kMaxEndpointTypes || !std::ranges::all_of(*wish.types, is_type))) {
    return WebhookError::bad_types;
  }
  return std::nullopt;
}

void Webhooks::record(db::Transaction& tx, std::string_view type, base::Uuid endpoint, contract::AccountId who,
                      std::vector<audit::Field> more) const {
  audit::Event event{.type = type, .actor = who.uuid(), .fields = std::move(more)};
  event.fields.push_back({"endpoint", endpoint.to_string()});
  parts_.audit.record(tx, event);
}

awaitable<std::vector<EndpointView>> Webhooks::list() {
  auto endpoints = co_await parts_.database.read([this](db::Transaction& tx) { return parts_.endpoints.list(tx); });
  std::vector<EndpointView> views;
  for (auto& endpoint : endpoints) {
    auto opened = open_endpoint(parts_.key, endpoint.id, endpoint.sealed);
    views.push_back({std::move(endpoint), std::move(opened.name), std::move(opened.url)});
  }
  co_return views;
}

awaitable<base::Result<EndpointMade, WebhookError>> Webhooks::add(EndpointWish wish, contract::AccountId who) {
  if (!wish.name) co_return WebhookError::bad_name;
  if (!wish.url) co_return WebhookError::bad_url;
  if (const auto problem = problem_of(wish)) co_return *problem;
  Endpoint endpoint{.id = base::Uuid::v7(parts_.clock, parts_.random),
                    .enabled = wish.enabled.value_or(true),
                    .types = wish.types.value_or(std::vector<std::string>()),
                    .created_at = parts_.clock.now()};
  EndpointSecrets secrets{.name = *wish.name, .url = *wish.url, .secrets = {}};
  secrets.secrets.push_back(new_webhook_secret(parts_.random));
  endpoint.sealed = seal_endpoint(parts_.key, endpoint.id, secrets, parts_.random);
  const bool added = co_await parts_.database.write([&](db::Transaction& tx) {
    endpoint.from_seq = newest_event(tx);
    if (!parts_.endpoints.insert(tx, endpoint)) return false;
    record(tx, audit::type::kWebhookAdded, endpoint.id, who);
    return true;
  });
  if (!added) co_return WebhookError::too_many;
  co_return EndpointMade{{std::move(endpoint), std::move(secrets.name), std::move(secrets.url)},
                         std::move(secrets.secrets.front())};
}

awaitable<base::Result<EndpointMade, WebhookError>> Webhooks::change(base::Uuid id, EndpointWish wish,
                                                                     contract::AccountId who) {
  if (const auto problem = problem_of(wish)) co_return *problem;
  base::Secret fresh;
  if (wish.rotate_secret) fresh = new_webhook_secret(parts_.random);
  auto view = co_await parts_.database.write([&](db::Transaction& tx) -> std::optional<EndpointView> {
    auto endpoint = parts_.endpoints.find(tx, id);
    if (!endpoint) return std::nullopt;
    auto secrets = open_endpoint(parts_.key, id, endpoint->sealed);
    if (wish.name) secrets.name = *wish.name;
    if (wish.url) secrets.url = *wish.url;
    if (wish.types) endpoint->types = *wish.types;
    if (wish.enabled) endpoint->enabled = *wish.enabled;
    if (!fresh.empty()) {
      secrets.secrets.insert(secrets.secrets.begin(), fresh.clone());
      secrets.secrets.resize(2);
    }
    endpoint->sealed = seal_endpoint(parts_.key, id, secrets, parts_.random);
    if (!parts_.endpoints.update(tx, *endpoint)) return std::nullopt;
    record(tx, audit::type::kWebhookChanged, id, who,
           {{"state", endpoint->enabled ? "enabled" : "disabled"}, {"secret", fresh.empty() ? "kept" : "rotated"}});
    return EndpointView{std::move(*endpoint), std::move(secrets.name), std::move(secrets.url)};
  });
  if (!view) co_return WebhookError::not_found;
  co_return EndpointMade{std::move(*view), std::move(fresh)};
}

awaitable<bool> Webhooks::remove(base::Uuid id, contract::AccountId who) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) {
    if (!parts_.endpoints.remove(tx, id)) return false;
    record(tx, audit::type::kWebhookRemoved, id, who);
    return true;
  });
}

awaitable<base::Result<Webhooks::Replayed, WebhookError>> Webhooks::replay(base::Uuid id, std::int64_t first,
                                                                           std::int64_t last, contract::AccountId who) {
  struct Chosen {
    std::vector<std::int64_t> wanted{};
    Replayed result{};
  };
  // In a snapshot of its own, as the dispatcher does.
  const auto chosen = co_await parts_.database.read([&](db::Transaction& tx) -> std::optional<Chosen> {
    const auto endpoint = parts_.endpoints.find(tx, id);
    if (!endpoint) return std::nullopt;
    Chosen found;
    const auto events = audit::EventStore().range(tx, first, last, kMaxReplay);
    for (const auto& event : events) {
      if (endpoint->wants(event.type)) found.wanted.push_back(event.seq);
    }
    found.result.events = found.wanted.size();
    if (events.size() == kMaxReplay && events.back().seq < last) found.result.next = events.back().seq + 1;
    return found;
  });
  if (!chosen) co_return WebhookError::not_found;
  co_await parts_.database.write([&](db::Transaction& tx) {
    for (const auto seq : chosen->wanted) {
      const EventJob job{id, seq};
      parts_.jobs.add(tx, {.queue = kWebhookQueue,
                           .kind = "event",
                           .payload = job.payload(),
                           .due = parts_.clock.now(),
                           .lane = job.lane()});
    }
    record(tx, audit::type::kWebhookReplayed, id, who, {{"events", std::to_string(chosen->wanted.size())}});
  });
  co_return chosen->result;
}

}  // namespace gatehouse::identity
