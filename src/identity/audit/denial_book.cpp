#include "identity/audit/denial_book.hpp"

#include "platform/audit/event_types.hpp"

namespace gatehouse::identity {

void DenialBook::note(contract::AccountId account, std::string_view route, std::string_view permission) {
  Key key{account, std::string(route)};
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found != entries_.end()) {
    ++found->second.times;
  } else if (entries_.size() < kMostKept) {
    entries_.emplace(std::move(key), Entry{.permission = std::string(permission), .times = 1});
  } else {
    ++dropped_;
  }
}

std::vector<audit::Event> DenialBook::take(base::TimePoint now) {
  std::vector<audit::Event> events;
  const std::lock_guard lock(mutex_);
  for (auto at = entries_.begin(); at != entries_.end();) {
    auto& [key, entry] = *at;
    if (entry.told && now - *entry.told < kWindow) {
      ++at;
    } else if (entry.times == 0) {
      at = entries_.erase(at);
    } else {
      const auto account = key.first.uuid();
      events.push_back({.type = audit::type::kAccessDenied,
                        .actor = account,
                        .subject = account,
                        .fields = {{"route", key.second},
                                   {"permission", entry.permission},
                                   {"times", std::to_string(std::exchange(entry.times, 0))}}});
      entry.told = now;
      ++at;
    }
  }
  return events;
}

std::uint64_t DenialBook::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace gatehouse::identity
