#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"

namespace gatehouse::limits {

// How often something has happened in its window.
struct Tally {
  std::uint32_t count = 0;
  bool alone = false;  // processes should have counted together and could not: this one's part, so less is allowed

  [[nodiscard]] std::uint32_t limit(std::uint32_t together) const { return alone ? (together + 1) / 2 : together; }
  [[nodiscard]] bool reaches(std::uint32_t together) const { return count >= limit(together); }
};

// Counts events of a kind by subject. The first one opens the subject's window; when that is over, the next one opens
// another. Who was answered a count of 1 was the first of all, whatever happens at the same time: so this also tells a
// first use from a second.
//
// In this process (LocalWindowCounter) or in one place for all (RedisWindowCounter). Never fails: who can't reach that
// place counts by itself. Subjects are kept as keyed hashes. Thread-safe.
class WindowCounter {
 public:
  virtual ~WindowCounter() = default;

  // `kind`: a literal. Counts this one, too.
  virtual boost::asio::awaitable<Tally> add(std::string_view kind, std::string subject,
                                            std::chrono::seconds window) = 0;
  virtual boost::asio::awaitable<Tally> look(std::string_view kind, std::string subject) = 0;
  virtual boost::asio::awaitable<void> forget(std::string_view kind, std::string subject) = 0;
};

inline constexpr std::size_t kWindowKeys = std::size_t{1} << 14;  // what a process remembers of each counter
inline constexpr std::size_t kOverallKeys = std::size_t{1} << 9;  // of one that counts a handful of sums: none meet

// Memory is bounded: the subject with the lowest count is forgotten first.
class LocalWindowCounter final : public WindowCounter {
 public:
  // `max_keys`: 32 bytes each, from the first use on. REQUIRES: the clock outlives it.
  LocalWindowCounter(std::size_t max_keys, const base::Clock& clock);
  ~LocalWindowCounter() override;
  LocalWindowCounter(const LocalWindowCounter&) = delete;
  LocalWindowCounter& operator=(const LocalWindowCounter&) = delete;

  boost::asio::awaitable<Tally> add(std::string_view kind, std::string subject, std::chrono::seconds window) override;
  boost::asio::awaitable<Tally> look(std::string_view kind, std::string subject) override;
  boost::asio::awaitable<void> forget(std::string_view kind, std::string subject) override;

 private:
  struct State;
  const base::Clock& clock_;
  const std::unique_ptr<State> state_;
};

}  // namespace gatehouse::limits
