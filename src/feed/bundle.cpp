#include "feed/bundle.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>
#include <utility>
#include <vector>

#include "crypto/algorithm.hpp"
#include "platform/base/encoding.hpp"
#include "platform/base/json.hpp"

namespace gatehouse::feed {
namespace json = boost::json;
namespace {

std::optional<std::string_view> text_of(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

std::optional<crypto::VerificationKey> open_shared(const json::object& entry, const ClusterKeys& cluster) {
  const auto kid = text_of(entry, "kid");
  const auto sealed = text_of(entry, "sealed");
  if (!kid || !sealed) return std::nullopt;
  const auto bytes = base::base64url_decode(*sealed);
  const auto secret = bytes ? cluster.sealing().open(*bytes, *kid) : std::nullopt;
  if (!secret) return std::nullopt;
  auto key = crypto::VerificationKey::from_shared_secret(*secret, std::string(*kid));
  if (!key) return std::nullopt;
  return std::move(*key);
}

std::optional<crypto::VerificationKey> read_key(const json::value& value, const ClusterKeys& cluster) {
  if (!value.is_object()) return std::nullopt;
  const auto& entry = value.get_object();
  const auto* const jwk = entry.if_contains("jwk");
  if (jwk == nullptr) return open_shared(entry, cluster);
  if (!jwk->is_object()) return std::nullopt;
  const auto name = text_of(jwk->get_object(), "alg");
  const auto algorithm = name ? crypto::parse_algorithm(*name) : std::nullopt;
  if (!algorithm) return std::nullopt;
  auto key = crypto::VerificationKey::from_jwk(jwk->get_object(), *algorithm);
  if (!key) return std::nullopt;
  return std::move(*key);
}

std::optional<crypto::KeySet> read_keys(const json::value& value, const ClusterKeys& cluster) {
  if (!value.is_array()) return std::nullopt;
  std::vector<crypto::VerificationKey> keys;
  for (const auto& entry : value.get_array()) {
    auto key = read_key(entry, cluster);
    if (!key) return std::nullopt;
    keys.push_back(std::move(*key));
  }
  auto set = crypto::KeySet::from_keys(std::move(keys));
  if (!set) return std::nullopt;
  return std::move(*set);
}

// In the order of names and of permissions: the same roles are the same text on every node.
json::object write_roles(const contract::RolePermissions& roles) {
  json::object table;
  for (const auto& [name, permissions] : roles) {
    std::set<std::string> texts;
    for (const auto& permission : permissions) texts.insert(permission.to_string());
    table.emplace(name, json::array(texts.begin(), texts.end()));
  }
  return table;
}

std::optional<std::vector<contract::Permission>> read_permissions(const json::value& value) {
  if (!value.is_array()) return std::nullopt;
  std::vector<contract::Permission> permissions;
  for (const auto& entry : value.get_array()) {
    auto permission = entry.is_string() ? contract::Permission::parse(entry.get_string()) : std::nullopt;
    if (!permission) return std::nullopt;
    permissions.push_back(std::move(*permission));
  }
  return permissions;
}

std::optional<contract::RolePermissions> read_roles(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  contract::RolePermissions roles;
  for (const auto& member : value.get_object()) {
    auto permissions = read_permissions(member.value());
    if (!contract::is_role_name(member.key()) || !permissions) return std::nullopt;
    roles.emplace(member.key(), std::move(*permissions));
  }
  return roles;
}

}  // namespace

Bundle make_bundle(const crypto::KeySet& keys, const contract::RolePermissions& roles, const ClusterKeys& cluster,
                   base::Random& random) {
  json::array entries;
  std::vector<std::string> contents;  // a sealed key looks different each time: the version names what is in it
  for (const auto& key : keys.keys()) {
    if (const auto secret = key.shared_secret()) {
      entries.push_back(
          {{"kid", key.kid()},
           {"sealed", base::base64url_encode(cluster.sealing().seal(secret->expose(), key.kid(), random))}});
      contents.push_back(key.kid() + ' ' + base::base64url_encode(cluster.fingerprint(secret->expose())));
    } else {
      const auto jwk = key.public_jwk();
      contents.push_back(json::serialize(jwk));
      entries.push_back({{"jwk", jwk}});
    }
  }
  std::ranges::sort(contents);
  std::string content;
  for (const auto& one : contents) content += one + '\n';
  json::object table = write_roles(roles);
  content += json::serialize(table);
  return {*BundleVersion::from_bytes(cluster.fingerprint(content).substr(0, 16)),
          json::serialize(json::object{{"keys", std::move(entries)}, {"roles", std::move(table)}})};
}

std::optional<BundleContent> read_bundle(std::string_view bytes, const ClusterKeys& cluster) {
  const auto parsed = base::parse_json(bytes);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const auto* const keys = parsed->get_object().if_contains("keys");
  const auto* const roles = parsed->get_object().if_contains("roles");
  if (keys == nullptr || roles == nullptr) return std::nullopt;
  auto set = read_keys(*keys, cluster);
  auto table = read_roles(*roles);
  if (!set || !table) return std::nullopt;
  return BundleContent{std::make_shared<const crypto::KeySet>(std::move(*set)),
                       std::make_shared<const contract::RolePermissions>(std::move(*table))};
}

}  // namespace gatehouse::feed
