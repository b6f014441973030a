#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "contract/revocation.hpp"
#include "platform/base/clock.hpp"

namespace gatehouse::gate {

// What is revoked, as one loop knows it: a set of keyed 64-bit fingerprints in 256 small open-addressing tables, so
// that growing one never stalls the loop for longer than some microseconds, with a million rows in all (16 bytes a row,
// at most half full). Two keys that share a fingerprint would refuse a valid token: one chance in 10^13 a lookup, and
// it errs on the safe side. Not thread-safe: belongs to its loop.
class RevocationSet {
 public:
  using Fingerprint = std::uint64_t;  // never 0
  [[nodiscard]] static Fingerprint fingerprint(contract::Revocation::Kind kind, std::string_view key);

  void apply(const contract::Revocation& row);
  // Is anything of that fingerprint revoked? For kind account: only tokens whose epoch is below the row's.
  [[nodiscard]] bool contains(Fingerprint fingerprint) const;
  [[nodiscard]] bool account_epoch_revoked(Fingerprint fingerprint, std::int64_t epoch) const;

  // Grows with each apply(): a verdict stays good as long as it has not changed.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // Forgets what expired before `now`, in one of the 256 tables; each call takes the next.
  void sweep_step(base::TimePoint now);

 private:
  struct Slot {
    Fingerprint fingerprint = 0;  // 0: free
    std::uint32_t until = 0;      // Unix seconds, rounded up
    std::uint32_t min_epoch = 0;  // of kind account
  };
  struct Table {
    std::vector<Slot> slots;
    std::size_t used = 0;
  };
  static constexpr std::size_t kTables = 256;

  [[nodiscard]] const Slot* find(Fingerprint fingerprint) const;
  static Slot& slot_for(std::vector<Slot>& slots, Fingerprint fingerprint);
  void rebuild(Table& table, std::size_t capacity, std::uint32_t now_seconds);

  std::array<Table, kTables> tables_;
  std::uint64_t generation_ = 1;
  std::size_t size_ = 0;
  std::size_t next_sweep_ = 0;
};

}  // namespace gatehouse::gate
