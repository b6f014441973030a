#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

// No key in it, not even a public one: those are at /.well-known/jwks.json.
boost::json::object key_view(const KeyRecord& key) {
  boost::json::object view{{"kid", key.kid},
                           {"algorithm", key.algorithm},
                           {"state", to_string(key.state)},
                           {"created_at", telemetry::to_rfc3339(key.created_at)}};
  if (key.activated_at) view["activated_at"] = telemetry::to_rfc3339(*key.activated_at);
  if (key.verify_until) view["retires_at"] = telemetry::to_rfc3339(*key.verify_until);
  return view;
}

http::Response keys_response(const std::vector<KeyRecord>& keys) {
  boost::json::array views;
  for (const auto& key : keys) views.push_back(key_view(key));
  return http::json_response(200, {{"keys", std::move(views)}});
}

}  // namespace

Answer list_signing_keys(const ApiContext& context, http::Request&, const contract::Principal&) {
  co_return keys_response(co_await context.key_administration.list());
}

Answer rotate_signing_key(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto rotated = co_await context.key_administration.rotate(who.account, request.trace);
  if (!rotated && rotated.error() == KeyRingError::too_many) {
    co_return error_response(request, ApiError::too_many_attempts, {.retry_after = std::chrono::minutes(1)});
  }
  if (!rotated) throw std::runtime_error(to_string(rotated.error()));
  co_return keys_response(co_await context.key_administration.list());
}

}  // namespace gatehouse::identity
