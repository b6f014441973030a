#include "platform/queue/lanes.hpp"

#include <algorithm>

namespace gatehouse::queue {
namespace {

void add_sums(limits::BreakerStats& sums, const limits::BreakerStats& more) {
  sums.opened += more.opened;
  sums.closed += more.closed;
  sums.refused += more.refused;
}

}  // namespace

Lanes::Hold::~Hold() {
  if (lanes_ == nullptr) return;
  permit_.reset();  // the breaker may go with its lane
  lanes_->leave(lane_);
}

std::optional<Lanes::Hold> Lanes::enter(const std::string& lane) {
  const std::lock_guard lock(mutex_);
  if (lanes_.size() >= kRemembered && !lanes_.contains(lane)) forget_idle();
  auto& entered = lanes_.try_emplace(lane, options_, clock_, random_).first->second;
  if (entered.held) return std::nullopt;
  auto permit = entered.breaker.admit();
  if (!permit) return std::nullopt;
  entered.held = true;
  return Hold(*this, lane, std::move(*permit));
}

void Lanes::leave(const std::string& lane) {
  const std::lock_guard lock(mutex_);
  lanes_.at(lane).held = false;
}

void Lanes::forget_idle() {
  std::erase_if(lanes_, [this](const auto& entry) {
    const auto stats = entry.second.breaker.stats();
    if (entry.second.held || stats.state != limits::BreakerState::closed) return false;
    add_sums(forgotten_, stats);
    return true;
  });
}

std::vector<std::string> Lanes::held() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, lane] : lanes_) {
    if (lane.held) names.push_back(name);
  }
  return names;
}

limits::BreakerStats Lanes::stats() const {
  const std::lock_guard lock(mutex_);
  limits::BreakerStats all = forgotten_;
  for (const auto& [name, lane] : lanes_) {
    const auto stats = lane.breaker.stats();
    all.state = std::max(all.state, stats.state);
    add_sums(all, stats);
  }
  return all;
}

}  // namespace gatehouse::queue
