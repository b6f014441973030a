#pragma once

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity::test_only {

// Standard base64, as browsers' btoa makes it.
inline std::string base64(const std::string& bytes) {
  std::string text = base::base64url_encode(bytes);
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (text.size() % 4 != 0) text += '=';
  return text;
}

inline std::string payload(const boost::json::object& challenge, std::int64_t number) {
  boost::json::object solved{
      {"algorithm", challenge.at("algorithm")}, {"challenge", challenge.at("challenge")}, {"number", number},
      {"salt", challenge.at("salt")},           {"signature", challenge.at("signature")}, {"took", 42}};
  return base64(boost::json::serialize(solved));
}

// What a client does: tries every number.
inline std::int64_t find_number(const boost::json::object& challenge) {
  const std::string salt(challenge.at("salt").as_string());
  const std::string wanted(challenge.at("challenge").as_string());
  for (std::int64_t number = 0;; ++number) {
    if (base::hex_encode(crypto::sha256(salt + std::to_string(number))) == wanted) return number;
  }
}

inline std::string solve(const boost::json::object& challenge) { return payload(challenge, find_number(challenge)); }

}  // namespace gatehouse::identity::test_only
