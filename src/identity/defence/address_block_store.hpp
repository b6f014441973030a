#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/sealing.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/ip_address.hpp"
#include "platform/base/random.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

struct AddressBlock {
  base::IpAddress address;  // for IPv6 the first of its /64
  base::TimePoint blocked_at;
  base::TimePoint until;
};

// Addresses that are blocked, for all processes and over restarts. An address counts as its limit_key(): IPv6 by /64.
// It is personal data: a row is found by a MAC of it and holds it sealed. Stateless but for its keys; thread-safe.
class AddressBlockStore {
 public:
  // REQUIRES: random outlives it.
  AddressBlockStore(base::Secret index, crypto::SealingKey seal, base::Random& random)
      : index_(std::move(index)), seal_(std::move(seal)), random_(random) {}

  // Until when; nothing when it is not blocked.
  [[nodiscard]] std::optional<base::TimePoint> find(db::Transaction& tx, const base::IpAddress& address,
                                                    base::TimePoint now) const;
  // False, and nothing changes, when it is blocked already: of several at once one blocks it.
  [[nodiscard]] bool block(db::Transaction& tx, const base::IpAddress& address, base::TimePoint now,
                           base::TimePoint until) const;
  // False when it was not blocked.
  [[nodiscard]] bool unblock(db::Transaction& tx, const base::IpAddress& address, base::TimePoint now) const;
  // The newest first. A row that does not open (another key) is left out.
  [[nodiscard]] std::vector<AddressBlock> newest(db::Transaction& tx, base::TimePoint now, std::size_t limit) const;
  [[nodiscard]] std::size_t count(db::Transaction& tx, base::TimePoint now) const;
  // Deletes at most `limit` that are over; how many it did.
  [[nodiscard]] std::size_t sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const;

 private:
  [[nodiscard]] std::string id_of(const base::IpAddress& counted) const;

  const base::Secret index_;
  const crypto::SealingKey seal_;
  base::Random& random_;
};

}  // namespace gatehouse::identity
