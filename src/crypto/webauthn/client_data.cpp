#include "crypto/webauthn/client_data.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <optional>
#include <utility>

#include "platform/base/encoding.hpp"
#include "platform/base/json.hpp"

namespace gatehouse::crypto::webauthn {
namespace {

std::optional<std::string> text(const boost::json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  const auto* const string = value != nullptr ? value->if_string() : nullptr;
  if (string == nullptr) return std::nullopt;
  return std::string(string->begin(), string->end());
}

}  // namespace

base::Result<ClientData, Refused> parse_client_data(std::string_view json) {
  if (json.size() > kLongestClientData) return Refused::malformed_client_data;
  const auto value = base::parse_json(json, {.depth = 4, .members = 64});
  if (!value || !value->is_object()) return Refused::malformed_client_data;
  const auto& object = value->get_object();
  auto type = text(object, "type");
  const auto challenge = text(object, "challenge");
  auto bytes = challenge ? base::base64url_decode(*challenge) : std::nullopt;
  auto origin = text(object, "origin");
  if (!type || !bytes || !origin) return Refused::malformed_client_data;
  ClientData data{.type = std::move(*type), .challenge = std::move(*bytes), .origin = std::move(*origin)};
  if (const auto* const cross = object.if_contains("crossOrigin")) {
    if (!cross->is_bool()) return Refused::malformed_client_data;
    data.cross_origin = cross->get_bool();
  }
  // Level 3 names the outer page where there is one: the same thing said in another way.
  if (object.contains("topOrigin")) data.cross_origin = true;
  return data;
}

}  // namespace gatehouse::crypto::webauthn
