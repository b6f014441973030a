#include "identity/session/client_info.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "platform/base/json.hpp"

namespace gatehouse::identity {
namespace {

std::string place_of(contract::SessionId session) { return "session.client_sealed/" + std::string(session.bytes()); }

// Printable ASCII stays, as in every real browser's header; any other byte becomes '?', so that what the owner is shown
// is text whatever was sent.
std::string printable(std::string_view bytes) {
  std::string text(bytes.substr(0, kMaxAgentBytes));
  for (char& c : text) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return text;
}

std::string member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<TokenPlace> place_named(std::string_view name) {
  if (name == "cookie") return TokenPlace::cookie;
  if (name == "body") return TokenPlace::body;
  return std::nullopt;
}

}  // namespace

std::string seal_client_info(const crypto::SealingKey& data_key, contract::SessionId session, const ClientInfo& client,
                             base::Random& random) {
  boost::json::object object{{"address", client.address}, {"agent", printable(client.agent)}};
  if (client.refresh_in) object["refresh_in"] = *client.refresh_in == TokenPlace::cookie ? "cookie" : "body";
  return data_key.seal(boost::json::serialize(object), place_of(session), random);
}

ClientInfo open_client_info(const crypto::SealingKey& data_key, contract::SessionId session, std::string_view sealed) {
  const auto plain = data_key.open(sealed, place_of(session));
  if (!plain) return {};
  const auto json = base::parse_json(plain->expose());
  if (!json || !json->is_object()) return {};
  const auto& object = json->get_object();
  return {.address = member(object, "address"),
          .agent = member(object, "agent"),
          .refresh_in = place_named(member(object, "refresh_in"))};
}

}  // namespace gatehouse::identity
