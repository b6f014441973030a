#include "identity/webhook/endpoint_codec.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "platform/base/json.hpp"
#include "platform/base/unavailable.hpp"

namespace gatehouse::identity {
namespace {

// Names the place, so that a sealed value of another endpoint does not open here.
std::string place(base::Uuid id) { return "webhook_endpoint.sealed:" + id.to_string(); }

}  // namespace

std::string seal_endpoint(const crypto::SealingKey& key, base::Uuid id, const EndpointSecrets& secrets,
                          base::Random& random) {
  boost::json::array keys;
  for (const auto& secret : secrets.secrets) keys.emplace_back(secret.expose());
  std::string plain = boost::json::serialize(
      boost::json::object{{"name", secrets.name}, {"url", secrets.url}, {"secrets", std::move(keys)}});
  std::string sealed = key.seal(plain, place(id), random);
  base::wipe(plain);
  return sealed;
}

EndpointSecrets open_endpoint(const crypto::SealingKey& key, base::Uuid id, const std::string& sealed) {
  const auto plain = key.open(sealed, place(id));
  if (!plain) throw base::Unavailable("webhook_endpoint_does_not_open");
  const auto value = base::parse_json(plain->expose());
  if (!value) throw base::Unavailable("webhook_endpoint_does_not_open");
  const auto& object = value->as_object();
  EndpointSecrets secrets{.name = std::string(object.at("name").as_string()),
                          .url = std::string(object.at("url").as_string()),
                          .secrets = {}};
  for (const auto& secret : object.at("secrets").as_array()) {
    secrets.secrets.emplace_back(std::string_view(secret.as_string()));
  }
  return secrets;
}

}  // namespace gatehouse::identity
