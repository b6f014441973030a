#include "platform/base/json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>
#include <string>
#include <vector>

namespace gatehouse::base {
namespace {

namespace json = boost::json;

// Builds a value like Boost.JSON's own parser, and refuses what that one lets pass.
struct StrictHandler {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  json::value_stack stack;
  std::size_t members_left;
  std::vector<bool> in_array;  // of each open object or array: is it an array?
  bool has_value = false;
  bool duplicate = false;
  bool too_many = false;
  std::vector<std::vector<std::string>> names;  // of each open object
  std::string name;                             // of the member being read

  explicit StrictHandler(std::size_t members) : members_left(members) { stack.reset(); }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code& ec) {
    if (!begin_value(ec)) return false;
    in_array.push_back(false);
    names.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t n, json::error_code& ec) {
    auto& seen = names.back();
    std::sort(seen.begin(), seen.end());
    if (std::adjacent_find(seen.begin(), seen.end()) != seen.end()) {
      duplicate = true;
      return stop(ec);
    }
    names.pop_back();
    in_array.pop_back();
    stack.push_object(n);
    return true;
  }
  bool on_array_begin(json::error_code& ec) {
    if (!begin_value(ec)) return false;
    in_array.push_back(true);
    return true;
  }
  bool on_array_end(std::size_t n, json::error_code&) {
    in_array.pop_back();
    stack.push_array(n);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    name.append(part.data(), part.size());
    stack.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& ec) {
    if (!take_member(ec)) return false;
    name.append(part.data(), part.size());
    names.back().push_back(std::move(name));
    name.clear();
    stack.push_key(part);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code& ec) {
    if (!begin_value(ec)) return false;
    stack.push_string(part);
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t n, json::string_view, json::error_code& ec) { return push_number(ec, n); }
  bool on_uint64(std::uint64_t n, json::string_view, json::error_code& ec) { return push_number(ec, n); }
  bool on_double(double n, json::string_view, json::error_code& ec) {
    if (!std::isfinite(n)) return stop(ec);
    if (!begin_value(ec)) return false;
    stack.push_double(n);
    return true;
  }
  bool on_bool(bool b, json::error_code& ec) {
    if (!begin_value(ec)) return false;
    stack.push_bool(b);
    return true;
  }
  bool on_null(json::error_code& ec) {
    if (!begin_value(ec)) return false;
    stack.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  static bool stop(json::error_code& ec) {
    ec = json::error::syntax;
    return false;
  }
  // A value counts where it is an element; as a member of an object its name has been counted.
  bool begin_value(json::error_code& ec) { return in_array.empty() || !in_array.back() || take_member(ec); }
  bool take_member(json::error_code& ec) {
    if (members_left == 0) {
      too_many = true;
      return stop(ec);
    }
    --members_left;
    return true;
  }
  bool push_number(json::error_code& ec, std::int64_t n) {
    if (!begin_value(ec)) return false;
    stack.push_int64(n);
    return true;
  }
  bool push_number(json::error_code& ec, std::uint64_t n) {
    if (!begin_value(ec)) return false;
    stack.push_uint64(n);
    return true;
  }
};

}  // namespace

Result<json::value, JsonError> parse_json(std::string_view text, const JsonLimits& limits) {
  json::parse_options options;
  options.max_depth = limits.depth;
  json::basic_parser<StrictHandler> parser(options, limits.members);
  json::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (error) {
    if (parser.handler().duplicate) return JsonError::duplicate_member;
    if (parser.handler().too_many) return JsonError::too_many_members;
    if (error == json::error::too_deep) return JsonError::too_deep;
    return JsonError::malformed;
  }
  if (used != text.size()) return JsonError::malformed;
  return parser.handler().stack.release();
}

const char* to_string(JsonError error) {
  switch (error) {
    case JsonError::malformed: return "is not valid JSON";
    case JsonError::duplicate_member: return "has two members of the same name";
    case JsonError::too_deep: return "is nested too deeply";
    case JsonError::too_many_members: return "has too many members";
  }
  return "is not valid JSON";
}

}  // namespace gatehouse::base
