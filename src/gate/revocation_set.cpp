#include "gate/revocation_set.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "platform/base/keyed_hash.hpp"

namespace gatehouse::gate {
namespace {

constexpr std::size_t kFirstCapacity = 16;

std::uint32_t clamp_u32(std::int64_t value) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

RevocationSet::Fingerprint RevocationSet::fingerprint(contract::Revocation::Kind kind, std::string_view key) {
  // Keys are ids of 16 bytes, jti or kid of some tens: longer ones are cut, which can only refuse more.
  std::array<char, 128> bytes{};
  const std::size_t size = std::min(key.size(), bytes.size() - 1);
  bytes[0] = static_cast<char>(kind);
  std::memcpy(bytes.data() + 1, key.data(), size);
  const auto hash = base::keyed_hash({bytes.data(), size + 1});
  return hash == 0 ? 1 : hash;
}

// The top bits choose the table, the low ones the slot.
RevocationSet::Slot& RevocationSet::slot_for(std::vector<Slot>& slots, Fingerprint fingerprint) {
  std::size_t i = fingerprint & (slots.size() - 1);
  while (slots[i].fingerprint != 0 && slots[i].fingerprint != fingerprint) i = (i + 1) & (slots.size() - 1);
  return slots[i];
}

const RevocationSet::Slot* RevocationSet::find(Fingerprint fingerprint) const {
  const auto& slots = tables_[fingerprint >> 56U].slots;
  if (slots.empty()) return nullptr;
  std::size_t i = fingerprint & (slots.size() - 1);
  while (slots[i].fingerprint != 0) {
    if (slots[i].fingerprint == fingerprint) return &slots[i];
    i = (i + 1) & (slots.size() - 1);
  }
  return nullptr;
}

void RevocationSet::apply(const contract::Revocation& row) {
  const Fingerprint key = fingerprint(row.kind, row.key);
  Table& table = tables_[key >> 56U];
  if ((table.used + 1) * 2 > table.slots.size()) {
    rebuild(table, std::max(kFirstCapacity, table.slots.size() * 2), 0);
  }
  Slot& slot = slot_for(table.slots, key);
  if (slot.fingerprint == 0) {
    slot.fingerprint = key;
    ++table.used;
    ++size_;
  }
  slot.until = std::max(slot.until, clamp_u32(base::to_unix_seconds(row.until) + 1));
  slot.min_epoch = std::max(slot.min_epoch, clamp_u32(row.min_epoch));
  ++generation_;
}

bool RevocationSet::contains(Fingerprint fingerprint) const { return find(fingerprint) != nullptr; }

bool RevocationSet::account_epoch_revoked(Fingerprint fingerprint, std::int64_t epoch) const {
  const Slot* const slot = find(fingerprint);
  return slot != nullptr && epoch < static_cast<std::int64_t>(slot->min_epoch);
}

void RevocationSet::sweep_step(base::TimePoint now) {
  Table& table = tables_[next_sweep_++ % kTables];
  const std::uint32_t seconds = clamp_u32(base::to_unix_seconds(now));
  const auto expired = std::count_if(table.slots.begin(), table.slots.end(),
                                     [&](const Slot& slot) { return slot.fingerprint != 0 && slot.until < seconds; });
  if (expired == 0) return;
  std::size_t capacity = kFirstCapacity;
  while (capacity < (table.used - static_cast<std::size_t>(expired) + 1) * 2) capacity *= 2;
  rebuild(table, capacity, seconds);
}

void RevocationSet::rebuild(Table& table, std::size_t capacity, std::uint32_t now_seconds) {
  std::vector<Slot> fresh(capacity);
  std::size_t kept = 0;
  for (const Slot& slot : table.slots) {
    if (slot.fingerprint == 0 || slot.until < now_seconds) continue;
    slot_for(fresh, slot.fingerprint) = slot;
    ++kept;
  }
  size_ -= table.used - kept;
  table.used = kept;
  table.slots = std::move(fresh);
}

}  // namespace gatehouse::gate
