#include "identity/factor/passkey.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <utility>

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"
#include "platform/base/json.hpp"
#include "platform/base/unavailable.hpp"

namespace gatehouse::identity {
namespace {

std::optional<std::string> bytes_member(const boost::json::object& object, const char* name) {
  const auto* const value = object.if_contains(name);
  const auto* const text = value != nullptr ? value->if_string() : nullptr;
  if (text == nullptr) return std::nullopt;
  return base::base64url_decode({text->data(), text->size()});
}

std::optional<Passkey> parse(const base::Secret& bytes) {
  const auto value = base::parse_json(bytes.expose());
  if (!value || !value->is_object()) return std::nullopt;
  const auto& object = value->get_object();
  auto id = bytes_member(object, "id");
  auto key = bytes_member(object, "key");
  const auto* const eligible = object.if_contains("backup_eligible");
  const auto* const transports = object.if_contains("transports");
  if (!id || !key || eligible == nullptr || !eligible->is_bool() || transports == nullptr || !transports->is_array()) {
    return std::nullopt;
  }
  Passkey passkey{.credential_id = std::move(*id),
                  .public_key = std::move(*key),
                  .transports = {},
                  .backup_eligible = eligible->get_bool()};
  for (const auto& transport : transports->get_array()) {
    if (const auto* text = transport.if_string()) passkey.transports.emplace_back(text->begin(), text->end());
  }
  return passkey;
}

}  // namespace

std::string encode_passkey(const Passkey& passkey) {
  boost::json::array transports;
  for (const auto& transport : passkey.transports) transports.emplace_back(transport);
  return boost::json::serialize(boost::json::object{{"id", base::base64url_encode(passkey.credential_id)},
                                                    {"key", base::base64url_encode(passkey.public_key)},
                                                    {"transports", std::move(transports)},
                                                    {"backup_eligible", passkey.backup_eligible}});
}

Passkey decode_passkey(const base::Secret& bytes) {
  auto passkey = parse(bytes);
  if (!passkey) throw base::Unavailable("passkey_does_not_open");
  return std::move(*passkey);
}

std::string credential_index(std::string_view credential_id) { return crypto::sha256(credential_id); }

}  // namespace gatehouse::identity
