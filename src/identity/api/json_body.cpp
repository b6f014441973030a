#include "identity/api/json_body.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include "platform/base/json.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kLongestNameShown = 64;
constexpr std::size_t kMostErrorsShown = 20;

bool declares_json(const http::Request& request) {
  if (request.count("content-type") != 1) return false;
  const std::string_view type = *request.header("content-type");
  return http::iequals(type, "application/json") || http::iequals(type, "application/json; charset=utf-8") ||
         http::iequals(type, "application/json;charset=utf-8");
}

}  // namespace

base::Result<JsonBody, ApiError> JsonBody::parse(http::Request& request) {
  if (request.body.empty() && request.count("content-type") == 0) return JsonBody(boost::json::object());
  if (!declares_json(request)) return ApiError::unsupported_media_type;
  if (request.body.empty()) return JsonBody(boost::json::object());
  auto value = base::parse_json(request.body);
  base::wipe(request.body);
  if (!value || !value->is_object()) return ApiError::malformed_json;
  return JsonBody(std::move(value->get_object()));
}

boost::json::value* JsonBody::find(std::string_view name) {
  known_.emplace(name);
  return object_.if_contains(name);
}

std::optional<std::string> JsonBody::text(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (const auto* string = value->if_string()) return std::string(string->begin(), string->end());
  reject(name, "must be a string");
  return std::nullopt;
}

std::string JsonBody::required_text(std::string_view name) {
  auto value = text(name);
  if (!value && !has(name)) reject(name, "is missing; it must be a string", Mistake::missing);
  return value.value_or("");
}

std::optional<base::Secret> JsonBody::secret(std::string_view name) {
  auto value = text(name);
  if (!value) return std::nullopt;
  auto& held = object_.at(name).get_string();
  std::fill(held.begin(), held.end(), '*');  // the object outlives the reading; the secret must not
  return base::Secret(std::move(*value));
}

base::Secret JsonBody::required_secret(std::string_view name) {
  auto value = secret(name);
  if (!value && !has(name)) reject(name, "is missing; it must be a string", Mistake::missing);
  return value ? std::move(*value) : base::Secret();
}

std::optional<bool> JsonBody::flag(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (const bool* flag = value->if_bool()) return *flag;
  reject(name, "must be true or false");
  return std::nullopt;
}

std::optional<std::int64_t> JsonBody::integer(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (const std::int64_t* number = value->if_int64()) return *number;
  reject(name, "must be a whole number");
  return std::nullopt;
}

std::optional<boost::json::object> JsonBody::required_object(std::string_view name) {
  auto* const value = find(name);
  if (auto* const object = value != nullptr ? value->if_object() : nullptr) return std::move(*object);
  reject(name, value == nullptr ? "is missing; it must be an object" : "must be an object");
  return std::nullopt;
}

std::vector<std::string> JsonBody::required_text_list(std::string_view name) {
  std::vector<std::string> list;
  const auto* value = find(name);
  const auto* array = value != nullptr ? value->if_array() : nullptr;
  if (array == nullptr) {
    reject(name, "must be an array of strings");
    return list;
  }
  for (const auto& element : *array) {
    if (const auto* string = element.if_string()) {
      list.emplace_back(string->begin(), string->end());
    } else {
      reject(name, "must be an array of strings");
      return {};
    }
  }
  return list;
}

void JsonBody::reject(std::string_view name, std::string_view message, Mistake mistake) {
  if (errors_.size() >= kMostErrorsShown) return;
  errors_.push_back({std::string(name), std::string(message), code_of(mistake)});
}

std::vector<http::FieldError> JsonBody::finish() {
  for (const auto& member : object_) {
    const std::string_view name = member.key();
    if (!known_.contains(name)) reject(name.size() <= kLongestNameShown ? name : "(long name)", "is not known here");
  }
  return std::move(errors_);
}

}  // namespace gatehouse::identity
