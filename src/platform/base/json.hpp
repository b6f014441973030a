#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string_view>

#include "platform/base/result.hpp"

namespace gatehouse::base {

struct JsonLimits {
  std::size_t depth = 32;      // nested arrays and objects
  std::size_t members = 1000;  // object members and array elements, all together
};

enum class JsonError {
  malformed,         // not RFC 8259, or bytes that are not UTF-8, or something behind the value
  duplicate_member,  // two members of one object share a name: parsers disagree on which one counts
  too_deep,
  too_many_members,
};

// Strict: no comments, no trailing commas, valid UTF-8 only, no duplicate member names, numbers that a double holds
// (1e400 is malformed). Time is linear in the input whatever it holds. Thread-safe.
[[nodiscard]] Result<boost::json::value, JsonError> parse_json(std::string_view text, const JsonLimits& limits = {});

[[nodiscard]] const char* to_string(JsonError error);

}  // namespace gatehouse::base
