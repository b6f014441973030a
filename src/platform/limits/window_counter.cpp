#include "platform/limits/window_counter.hpp"

#include <limits>
#include <mutex>

#include "platform/base/keyed_hash.hpp"
#include "platform/limits/keyed_table.hpp"

namespace gatehouse::limits {

namespace {

struct Window {
  std::uint32_t count = 0;
  base::SteadyPoint until{};
};

// A kind is a literal of ours and holds no line break, so no subject can continue it.
std::uint64_t key_of(std::string_view kind, std::string_view subject) {
  std::string bytes(kind);
  bytes += '\n';
  bytes += subject;
  return base::keyed_hash(bytes);
}

std::uint32_t live(const Window& window, base::SteadyPoint now) { return window.until > now ? window.count : 0; }

}  // namespace

struct LocalWindowCounter::State {
  explicit State(std::size_t max_keys) : table(max_keys) {}
  std::mutex mutex;
  KeyedTable<Window> table;  // guarded by mutex
};

LocalWindowCounter::LocalWindowCounter(std::size_t max_keys, const base::Clock& clock)
    : clock_(clock), state_(std::make_unique<State>(max_keys)) {}

LocalWindowCounter::~LocalWindowCounter() = default;

boost::asio::awaitable<Tally> LocalWindowCounter::add(std::string_view kind, std::string subject,
                                                      std::chrono::seconds window) {
  const auto key = key_of(kind, subject);
  const auto now = clock_.steady_now();
  const std::lock_guard lock(state_->mutex);
  Window& found = state_->table.find_or_insert(key, [&](const Window& other) { return live(other, now); });
  if (live(found, now) == 0) found = {.count = 0, .until = now + window};
  if (found.count < std::numeric_limits<std::uint32_t>::max()) ++found.count;
  co_return Tally{.count = found.count};
}

boost::asio::awaitable<Tally> LocalWindowCounter::look(std::string_view kind, std::string subject) {
  const auto now = clock_.steady_now();
  const std::lock_guard lock(state_->mutex);
  const Window* found = state_->table.find(key_of(kind, subject));
  co_return Tally{.count = found == nullptr ? 0 : live(*found, now)};
}

boost::asio::awaitable<void> LocalWindowCounter::forget(std::string_view kind, std::string subject) {
  const std::lock_guard lock(state_->mutex);
  if (Window* found = state_->table.find(key_of(kind, subject))) *found = Window{};
  co_return;
}

}  // namespace gatehouse::limits
