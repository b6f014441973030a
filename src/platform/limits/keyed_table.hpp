#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gatehouse::limits {

// A map from keys to small values with a fixed number of places. A key may stand in one of kWays places only; when all
// are taken, the value of least weight goes. Keys are keyed hashes, so nobody can choose keys that meet.
//
// `Value` is default-constructible. `weight(value)` tells how much would be lost by forgetting it.
// Not thread-safe. Allocates on first use, so an idle limiter costs nothing.
template <class Value>
class KeyedTable {
 public:
  explicit KeyedTable(std::size_t max_keys) : sets_(std::bit_ceil(std::max<std::size_t>(1, max_keys / kWays))) {}

  // The value of `key`, new if there was none. The reference holds until the next call.
  template <class Weight>
  Value& find_or_insert(std::uint64_t key, Weight weight) {
    if (table_.empty()) table_.resize(sets_);
    Set& set = table_[index(key)];
    Place* lightest = nullptr;
    for (Place& place : set) {
      if (place.used && place.key == key) return place.value;
      if (lightest == nullptr || (lightest->used && (!place.used || weight(place.value) < weight(lightest->value)))) {
        lightest = &place;
      }
    }
    *lightest = Place{key, Value{}, true};
    return lightest->value;
  }

  // nullptr when there is none.
  Value* find(std::uint64_t key) {
    if (table_.empty()) return nullptr;
    for (Place& place : table_[index(key)]) {
      if (place.used && place.key == key) return &place.value;
    }
    return nullptr;
  }

 private:
  static constexpr std::size_t kWays = 8;
  struct Place {
    std::uint64_t key = 0;
    Value value{};
    bool used = false;
  };
  using Set = std::array<Place, kWays>;

  [[nodiscard]] std::size_t index(std::uint64_t key) const { return static_cast<std::size_t>(key) & (sets_ - 1); }

  std::size_t sets_;
  std::vector<Set> table_;
};

}  // namespace gatehouse::limits
