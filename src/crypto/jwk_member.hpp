#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/encoding.hpp"

namespace gatehouse::crypto {

// A member that is there and is a text; nothing otherwise.
[[nodiscard]] inline std::optional<std::string_view> text_member(const boost::json::object& object,
                                                                 std::string_view name) {
  const auto* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const auto& text = value->get_string();
  return std::string_view(text.data(), text.size());
}

// A member of base64url-encoded bytes in canonical form.
[[nodiscard]] inline std::optional<std::string> bytes_member(const boost::json::object& object, std::string_view name) {
  const auto text = text_member(object, name);
  return text ? base::base64url_decode(*text) : std::nullopt;
}

}  // namespace gatehouse::crypto
