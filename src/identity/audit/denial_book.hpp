#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/ids.hpp"
#include "platform/audit/event.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/base/clock.hpp"

namespace gatehouse::identity {

// Who was refused what.
struct Denial {
  std::string_view type = audit::type::kAccessDenied;
  std::optional<contract::AccountId> account{};  // nothing: nobody known
  std::vector<audit::Field> what{};              // literals and numbers; where two are the same, they are one
  std::uint64_t times = 1;
};

// Requests that were refused, for want of a permission above all, until they are in the audit log. The first of an
// account at one place is an event at once; what follows within kWindow is counted, and told in one. So nobody chooses
// how fast the log grows: it is at most kMostKept events in a window, whatever is asked how often. Thread-safe; never
// waits for long.
class DenialBook {
 public:
  static constexpr std::chrono::minutes kWindow{10};
  static constexpr std::size_t kMostKept = 256;

  // `route`: the pattern; `permission`: the one that it names. Both literals of the route table.
  void note(contract::AccountId account, std::string_view route, std::string_view permission);
  void note(Denial denial);

  // What is to be recorded now, in no order; forgotten here.
  [[nodiscard]] std::vector<audit::Event> take(base::TimePoint now);
  // Those that no place was left for: they are in no event.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  using Key = std::pair<std::optional<contract::AccountId>, std::string>;  // who, and type and what as one text
  struct Entry {
    std::string_view type;
    std::vector<audit::Field> what;
    std::uint64_t times = 0;  // since it was told
    std::optional<base::TimePoint> told{};
  };

  mutable std::mutex mutex_;
  std::map<Key, Entry> entries_;  // guarded by mutex_
  std::uint64_t dropped_ = 0;     // guarded by mutex_
};

}  // namespace gatehouse::identity
