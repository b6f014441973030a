#include "platform/cache/redis_reply.hpp"

namespace gatehouse::cache {

std::optional<std::int64_t> RedisReply::as_integer() const noexcept {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  return std::nullopt;
}

std::optional<std::string_view> RedisReply::as_text() const noexcept {
  if (const auto* value = std::get_if<std::string>(&value_)) return *value;
  return std::nullopt;
}

std::span<const RedisReply> RedisReply::as_array() const noexcept {
  if (const auto* value = std::get_if<Array>(&value_)) return *value;
  return {};
}

std::string_view RedisReply::as_error() const noexcept {
  if (const auto* value = std::get_if<Error>(&value_)) return value->message;
  return {};
}

bool RedisReply::is_error(std::string_view code) const noexcept {
  const auto message = as_error();
  return is_error() && message.starts_with(code) && (message.size() == code.size() || message[code.size()] == ' ');
}

}  // namespace gatehouse::cache
