#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatehouse::limits {

// Who tries. `subject` is derived from the account's id, whatever name it was found by (username, e-mail, letter case);
// for an unknown account from the normalised identifier, so that both are slowed alike. `address` from limit_key().
// All by the counter's own key_of(). `device`: where the client proved an earlier sign-in to this very account, the
// device that it proved it with; what others fail at, from the same address too, does not slow it.
struct SignInAttempt {
  std::uint64_t subject = 0;
  std::uint64_t address = 0;
  std::optional<std::uint64_t> device{};
  // Where begin() has counted it, so that it is taken back there and only there.
  bool counted_here = false;    // in this process
  bool counted_shared = false;  // where all processes count

  // What its failures on this subject are counted by first: its device, else its address.
  [[nodiscard]] std::uint64_t guesser() const { return device.value_or(address); }
};

// Where failed sign-ins are counted: in this process (SignInThrottle), or in one place for all (RedisSignInCounter).
// Never fails: who can't reach that place counts by itself, and more strictly. Thread-safe.
class SignInCounter {
 public:
  virtual ~SignInCounter() = default;

  // A keyed hash, so that what is stored tells nobody whose it is.
  [[nodiscard]] virtual std::uint64_t key_of(std::string_view bytes) const = 0;

  // As those of SignInThrottle without `async_`.
  virtual boost::asio::awaitable<std::chrono::seconds> async_begin(SignInAttempt& attempt) = 0;
  virtual boost::asio::awaitable<void> async_succeeded(SignInAttempt attempt) = 0;
  virtual boost::asio::awaitable<void> async_withdraw(SignInAttempt attempt) = 0;
};

}  // namespace gatehouse::limits
