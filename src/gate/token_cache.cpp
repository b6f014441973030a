#include "gate/token_cache.hpp"

#include <algorithm>
#include <bit>

#include "platform/base/keyed_hash.hpp"

namespace gatehouse::gate {

TokenCache::TokenCache(std::size_t entries) : places_(std::bit_ceil(std::max(entries, kWays))) {}

std::size_t TokenCache::first_place(std::string_view token) const {
  constexpr std::size_t kHashed = 32;  // characters of the signature: 192 bits, more than enough to tell tokens apart
  const auto end = token.substr(token.size() - std::min(token.size(), kHashed));
  return base::keyed_hash(end) & (places_.size() - 1) & ~(kWays - 1);
}

CachedToken* TokenCache::find(std::string_view token) {
  const std::size_t first = first_place(token);
  for (std::size_t i = first; i < first + kWays; ++i) {
    if (places_[i].entry && places_[i].entry->token == token) {
      places_[i].last_used = ++uses_;
      return places_[i].entry.get();
    }
  }
  return nullptr;
}

CachedToken& TokenCache::insert(std::unique_ptr<CachedToken> entry) {
  const auto first = places_.begin() + static_cast<std::ptrdiff_t>(first_place(entry->token));
  const auto place = std::min_element(first, first + static_cast<std::ptrdiff_t>(kWays),
                                      [](const Place& a, const Place& b) { return a.last_used < b.last_used; });
  place->entry = std::move(entry);
  place->last_used = ++uses_;
  return *place->entry;
}

void TokenCache::erase(const CachedToken& entry) {
  const std::size_t first = first_place(entry.token);
  for (std::size_t i = first; i < first + kWays; ++i) {
    if (places_[i].entry.get() == &entry) {
      places_[i] = {};
      return;
    }
  }
}

}  // namespace gatehouse::gate
