#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::audit {

// An answer 5xx, as an administrator can look it up by the error_id that the caller was given. No personal data: the
// route is the pattern, and `detail` is what the log says, too.
struct ErrorReport {
  std::string error_id;  // 32 hexadecimal digits: the request's trace id, which a caller may have chosen
  base::TimePoint at{};
  std::int64_t status = 500;
  std::string route;
  std::string kind;  // internal-error, unavailable
  std::string detail;
};

// What waits to be written, off the request's path. Full: the report is dropped and counted; the log has it all the
// same. Thread-safe.
class ErrorBook {
 public:
  static constexpr std::size_t kMostWaiting = 64;

  void report(ErrorReport report);
  [[nodiscard]] std::vector<ErrorReport> take();    // in order, and forgotten here
  void put_back(std::vector<ErrorReport> reports);  // those that could not be written: before what has come since
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  mutable std::mutex mutex_;
  std::vector<ErrorReport> waiting_;  // guarded by mutex_
  std::uint64_t dropped_ = 0;         // guarded by mutex_
};

// The table `error_report`: the newest kMostKept. Stateless; works inside the caller's
// transaction; thread-safe.
class ErrorStore {
 public:
  static constexpr std::int64_t kMostKept = 10'000;

  void insert(db::Transaction& tx, const ErrorReport& report) const;
  // Newest first. One id may stand for several: callers may say which trace they belong to.
  [[nodiscard]] std::vector<ErrorReport> find(db::Transaction& tx, std::string_view error_id) const;
  [[nodiscard]] std::vector<ErrorReport> newest(db::Transaction& tx, std::size_t limit) const;
  // Removes all but the newest kMostKept, and of these what came before `before`.
  void sweep(db::Transaction& tx, base::TimePoint before) const;
};

}  // namespace gatehouse::audit
