#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gatehouse::cache {

// What a Redis answers (RESP2). An error is an answer, too: the server understood and refused. Immutable but for moves.
class RedisReply {
 public:
  using Array = std::vector<RedisReply>;

  RedisReply() = default;  // nil
  [[nodiscard]] static RedisReply integer(std::int64_t value) { return RedisReply(Value(value)); }
  [[nodiscard]] static RedisReply text(std::string value) { return RedisReply(Value(std::move(value))); }
  [[nodiscard]] static RedisReply error(std::string message) { return RedisReply(Value(Error{std::move(message)})); }
  [[nodiscard]] static RedisReply array(Array items) { return RedisReply(Value(std::move(items))); }

  [[nodiscard]] bool is_nil() const noexcept { return std::holds_alternative<std::monostate>(value_); }
  [[nodiscard]] bool is_error() const noexcept { return std::holds_alternative<Error>(value_); }

  // Each nothing (or empty) when the reply is of another kind. What is a number in text is no integer.
  [[nodiscard]] std::optional<std::int64_t> as_integer() const noexcept;
  [[nodiscard]] std::optional<std::string_view> as_text() const noexcept;  // bulk strings and statuses ("OK") alike
  [[nodiscard]] std::span<const RedisReply> as_array() const noexcept;
  [[nodiscard]] std::string_view as_error() const noexcept;  // "WRONGTYPE Operation against …"
  // Does the error's first word say `code`?
  [[nodiscard]] bool is_error(std::string_view code) const noexcept;

 private:
  friend class RedisReplyReader;  // fills an array's places as they arrive
  struct Error {
    std::string message;
  };
  using Value = std::variant<std::monostate, std::int64_t, std::string, Error, Array>;
  explicit RedisReply(Value value) : value_(std::move(value)) {}
  Value value_;
};

}  // namespace gatehouse::cache
