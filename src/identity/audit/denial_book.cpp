#include "identity/audit/denial_book.hpp"

#include <utility>

#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"

namespace gatehouse::identity {

void DenialBook::note(contract::AccountId account, std::string_view route, std::string_view permission) {
  note({.account = account, .what = {{"route", std::string(route)}, {"permission", std::string(permission)}}});
}

void DenialBook::note(Denial denial) {
  Key key{denial.account, std::string(denial.type) + audit::encode_fields(denial.what)};
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found != entries_.end()) {
    found->second.times += denial.times;
  } else if (entries_.size() < kMostKept) {
    entries_.emplace(std::move(key), Entry{.type = denial.type, .what = std::move(denial.what), .times = denial.times});
  } else {
    dropped_ += denial.times;
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
      const auto account = key.first ? std::optional(key.first->uuid()) : std::nullopt;
      audit::Event event{.type = entry.type, .actor = account, .subject = account, .fields = entry.what};
      event.fields.push_back({"times", std::to_string(std::exchange(entry.times, 0))});
      events.push_back(std::move(event));
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
