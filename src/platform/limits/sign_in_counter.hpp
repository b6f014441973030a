#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace gatehouse::limits {

// Who tries. `subject` is derived from the account's id, whatever name it was found by (username, e-mail, letter case);
// for an unknown account from the normalised identifier, so that both are slowed alike. `address` from limit_key().
// Both by the counter's own key_of(). `known_device`: the client proved an earlier sign-in to this very account.
struct SignInAttempt {
  std::uint64_t subject = 0;
  std::uint64_t address = 0;
  bool known_device = false;
  // Where begin() has counted it, so that it is taken back there and only there.
  bool counted_here = false;    // in this process
  bool counted_shared = false;  // where all processes count
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
