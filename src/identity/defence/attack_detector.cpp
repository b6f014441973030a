#include "identity/defence/attack_detector.hpp"

#include <string>

namespace gatehouse::identity {
namespace {

using boost::asio::awaitable;

// What is counted for the whole installation has no subject.
constexpr const char* kAll = "";
constexpr std::array kBoth{Attack::spraying, Attack::stuffing};
constexpr std::chrono::seconds kLookEvery{1};
constexpr std::chrono::seconds kTellOnce{60};

std::string name_of(Attack attack) { return std::string(to_string(attack)); }

}  // namespace

std::string_view to_string(Attack attack) {
  switch (attack) {
    case Attack::spraying: return "spraying";
    case Attack::stuffing: return "stuffing";
  }
  return "other";
}

awaitable<std::optional<Attack>> AttackDetector::failed(bool known_account, bool first) {
  const auto failures = co_await counter_.add("failures", kAll, options_.window);
  if (!first) co_return std::nullopt;
  const Attack attack = known_account ? Attack::spraying : Attack::stuffing;
  const auto different = co_await counter_.add("failed_at", name_of(attack), options_.window);
  if (!different.reaches(known_account ? options_.spraying_accounts : options_.stuffing_names)) co_return std::nullopt;

  const auto successes = co_await counter_.look("successes", kAll);
  const double all = static_cast<double>(failures.count) + successes.count;
  if (failures.count < options_.failure_share * all) co_return std::nullopt;
  if (suspected_[static_cast<std::size_t>(attack)].exchange(true)) co_return std::nullopt;
  const auto suspicion = co_await counter_.add("suspicion", name_of(attack), options_.suspicion);
  co_return suspicion.count == 1 ? std::optional(attack) : std::nullopt;
}

awaitable<void> AttackDetector::succeeded() { (void)co_await counter_.add("successes", kAll, options_.window); }

std::optional<Attack> AttackDetector::known() const {
  for (const Attack attack : kBoth) {
    if (suspected_[static_cast<std::size_t>(attack)]) return attack;
  }
  return std::nullopt;
}

awaitable<AttackDetector::View> AttackDetector::look() {
  const auto now = clock_.steady_now();
  auto next = next_look_.load();
  const bool due = now.time_since_epoch().count() >= next;
  // One of those who find it due looks; the others go by what was known.
  if (!due || !next_look_.compare_exchange_strong(next, (now + kLookEvery).time_since_epoch().count())) {
    co_return View{.suspected = known()};
  }
  View view;
  for (const Attack attack : kBoth) {
    const auto suspicion = co_await counter_.look("suspicion", name_of(attack));
    const bool before = suspected_[static_cast<std::size_t>(attack)].exchange(suspicion.count > 0);
    if (!before || suspicion.count > 0) continue;
    const auto told = co_await counter_.add("suspicion_over", name_of(attack), kTellOnce);
    if (told.count == 1) view.over.push_back(attack);
  }
  view.suspected = known();
  co_return view;
}

}  // namespace gatehouse::identity
