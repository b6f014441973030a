#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "contract/revocation.hpp"
#include "identity/token/follower_state.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// The revocation log (table `revocation`). Each append stands in the same transaction as its cause, so there is no
// moment, not even after a crash, at which something has ended and no gate will learn of it. Stateless but for a
// setting; works inside the caller's transaction; thread-safe.
class RevocationStore {
 public:
  // `token_lifetime`: how long, from its issue, the longest-lived access token may be accepted anywhere: lifetime plus
  // leeway. Rows live that long, and `kSkewMargin` longer for clocks that differ.
  explicit RevocationStore(std::chrono::seconds token_lifetime) : token_lifetime_(token_lifetime) {}
  static constexpr std::chrono::seconds kSkewMargin{60};

  // Each writes one row and returns it as written, for RevocationFeed::publish after the commit.
  contract::Revocation revoke_session(db::Transaction& tx, contract::SessionId session, base::TimePoint now) const;
  // Every token of the account with an epoch below `min_epoch`. REQUIRES: account.epoch is at least min_epoch by the
  // end of the same transaction, else tokens made after it are void, too.
  contract::Revocation revoke_tokens_before(db::Transaction& tx, contract::AccountId account, std::int64_t min_epoch,
                                            base::TimePoint now) const;
  contract::Revocation revoke_token(db::Transaction& tx, std::string_view jti, base::TimePoint now) const;
  contract::Revocation revoke_key(db::Transaction& tx, std::string_view kid, base::TimePoint now) const;

  // What still concerns a token and was appended after `seq` (0: from the beginning), in the order of seq, at most
  // `limit` rows. Fewer than `limit`: that was all.
  [[nodiscard]] std::vector<contract::Revocation> live_since(db::Transaction& tx, std::int64_t seq, base::TimePoint now,
                                                             std::size_t limit = 10'000) const;
  // What a follower at `state` does not have yet, and where it then stands. The order of the log is not the order of
  // the commits: rows that became visible behind the head come first, once each but for FollowerState::kMaxGaps. A gap
  // is forgotten when every token that a row in it could concern has expired. `state` itself is left alone: take `next`
  // over when the transaction has ended and the rows have arrived where they belong.
  struct Followed {
    std::vector<contract::Revocation> rows;
    FollowerState next;
    bool complete = true;  // false: `limit` rows were not all; ask again at once
  };
  [[nodiscard]] Followed follow(db::Transaction& tx, const FollowerState& state, base::TimePoint now,
                                std::size_t limit = 10'000) const;

  // Removes at most `limit` rows that concern no token any more; returns how many. Call until it returns less: small
  // steps, so that the writer is never held up for long. None while another node does: it goes on until nothing is
  // left.
  std::size_t sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const;

 private:
  void read_gaps(db::Transaction& tx, Followed& followed, base::TimePoint now) const;
  contract::Revocation append(db::Transaction& tx, contract::Revocation row, base::TimePoint now) const;
  std::chrono::seconds token_lifetime_;
};

}  // namespace gatehouse::identity
