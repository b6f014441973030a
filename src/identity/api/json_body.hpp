#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "identity/api/errors.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

namespace gatehouse::identity {

// A request's body as one JSON object, read member by member; strict, because whatever is let through unread is what
// the next version has to honour (and how `role` gets into a registration).
//
// Each reader notes a missing or mistyped member and goes on, so that one answer names everything that is wrong.
// finish() adds the members nobody asked for. Not thread-safe.
class JsonBody {
 public:
  // Errors: unsupported_media_type unless Content-Type is application/json (with charset=utf-8 at most: any other type
  // could come from a foreign form without a preflight); malformed_json for anything but one object.
  // An empty body without a Content-Type is an empty object. Wipes the request's body: it may hold a password.
  [[nodiscard]] static base::Result<JsonBody, ApiError> parse(http::Request& request);

  // A string member; nothing when it is absent or no string. Absence is an error of required_text alone.
  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  [[nodiscard]] std::string required_text(std::string_view name);
  // The same for what must not be seen.
  [[nodiscard]] std::optional<base::Secret> secret(std::string_view name);
  [[nodiscard]] base::Secret required_secret(std::string_view name);
  // `true` or `false`; a whole number. Nothing when the member is absent or something else.
  [[nodiscard]] std::optional<bool> flag(std::string_view name);
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name);
  // An object member, taken out; nothing when there is none, and that is noted.
  [[nodiscard]] std::optional<boost::json::object> required_object(std::string_view name);
  // An array of strings.
  [[nodiscard]] std::vector<std::string> required_text_list(std::string_view name);

  // An error found by the caller itself.
  void reject(std::string_view name, std::string_view message, Mistake mistake = Mistake::invalid);
  [[nodiscard]] bool has(std::string_view name) const { return object_.contains(name); }

  // What is wrong, over all; empty when nothing is. Call after the last reader.
  [[nodiscard]] std::vector<http::FieldError> finish();

 private:
  explicit JsonBody(boost::json::object object) : object_(std::move(object)) {}
  boost::json::value* find(std::string_view name);

  boost::json::object object_;
  std::set<std::string, std::less<>> known_;
  std::vector<http::FieldError> errors_;
};

}  // namespace gatehouse::identity
