#include "gate/refusals.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::gate {

std::string_view method_name(std::string_view method) {
  constexpr std::array<std::string_view, 7> kNames{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  const auto* const found = std::ranges::find(kNames, method);
  return found == kNames.end() ? "other" : *found;
}

void Refusals::note(const Refusal& refusal) noexcept {
  const auto same = std::ranges::find_if(kept_, [&](const Refusal& kept) {
    return kept.rule == refusal.rule && kept.reason == refusal.reason && kept.account == refusal.account &&
           kept.method == refusal.method;
  });
  if (same != kept_.end()) {
    same->times += refusal.times;
  } else if (kept_.size() < kMostKept) {
    kept_.push_back(refusal);
  } else {
    dropped_.fetch_add(refusal.times, std::memory_order_relaxed);
  }
}

std::vector<Refusal> Refusals::take() {
  if (kept_.empty()) return {};
  std::vector<Refusal> taken = kept_;
  kept_.clear();  // keeps its place
  return taken;
}

}  // namespace gatehouse::gate
