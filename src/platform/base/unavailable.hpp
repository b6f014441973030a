#pragma once

#include <chrono>
#include <stdexcept>

namespace gatehouse::base {

// "Could not decide": a queue is full, a database does not answer, a deadline has passed. Thrown where it is noticed,
// caught once at the HTTP edge, which answers 503 with Retry-After. Never turned into a "no".
//
// `reason` is a short literal for the log and the metrics (`hash_queue_full`); the client never sees it.
class Unavailable : public std::runtime_error {
 public:
  explicit Unavailable(const char* reason, std::chrono::seconds retry_after = std::chrono::seconds(1))
      : std::runtime_error(reason), retry_after_(retry_after) {}

  [[nodiscard]] std::chrono::seconds retry_after() const noexcept { return retry_after_; }

 private:
  std::chrono::seconds retry_after_;
};

}  // namespace gatehouse::base
