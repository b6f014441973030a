#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/ids.hpp"
#include "contract/revocation.hpp"
#include "identity/session/session.hpp"
#include "identity/token/access_token.hpp"
#include "identity/token/refresh_token.hpp"
#include "identity/token/revocation_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// What an account is at the moment of a transaction, as far as its tokens say it.
struct AccountStanding {
  bool active = false;
  bool email_verified = false;
  std::int64_t epoch = 1;
  std::vector<std::string> roles;
  std::string data_key_seed;  // empty once erased
};

// The methods of a sign-in with further ones, each once.
[[nodiscard]] std::vector<std::string> join_methods(std::vector<std::string> amr,
                                                    const std::vector<std::string>& further);

struct NewSession {
  contract::SessionId id;  // always made by us, never taken from a request (session fixation)
  contract::AccountId account;
  std::string client_sealed;
  std::vector<std::string> amr;
};

enum class RotationRefusal { unknown, expired, ended, replaced, account_disabled, reuse };

// How a refresh went. `successor` and `grant` count when refused is empty; `revoked` holds what the refusal ended.
struct Rotation {
  std::optional<RotationRefusal> refused{};
  bool repeated = false;  // a retry within the grace window: the answer is the one already given
  RefreshToken successor{};
  AccessGrant grant{};
  std::vector<contract::Revocation> revoked{};
};

// The table `session`. Whatever ends a session appends to the revocation log in the same transaction and returns the
// rows, which the caller publishes once it has committed; each ending is an audit event. Works inside the caller's
// transaction; thread-safe.
class SessionStore {
 public:
  SessionStore(SessionOptions options, const RevocationStore& revocations)
      : options_(options), revocations_(revocations) {}

  // State, epoch, roles and sealed data key. Nothing: no such account.
  [[nodiscard]] std::optional<AccountStanding> standing(db::Transaction& tx, contract::AccountId account) const;

  // Writes the session (counter 0) and ends the account's oldest ones beyond `max_per_account`, so that never more are
  // live whatever races. Returns what that ended.
  [[nodiscard]] std::vector<contract::Revocation> insert_capped(db::Transaction& tx, const NewSession& session,
                                                                base::TimePoint now) const;

  // The atomic step of a refresh. Counter matches: it grows, the idle expiry moves (never beyond the absolute one).
  // One behind and within the grace window: the same successor again, nothing written. Anything else of a live session
  // is reuse, and ends it: the thief and the owner can't be told apart, but both tokens die (RFC 9700 section 4.14.2).
  [[nodiscard]] Rotation rotate_refresh_counter(db::Transaction& tx, const RefreshToken& presented,
                                                base::TimePoint now) const;

  [[nodiscard]] std::optional<SessionRecord> find(db::Transaction& tx, contract::SessionId id) const;
  // Newest first.
  [[nodiscard]] std::vector<SessionRecord> list_live_of_account(db::Transaction& tx, contract::AccountId account,
                                                                base::TimePoint now) const;

  // The atomic step of a reauthentication: `old` ends, and goes on as `next`, begun and over when `old` is and
  // authenticated now. One for one, so the cap holds. Nothing: `old` is not live any more, and nothing is written.
  [[nodiscard]] std::optional<contract::Revocation> replace(db::Transaction& tx, const SessionRecord& old,
                                                            const NewSession& next, base::TimePoint now) const;
  // `methods` join those of a session's sign-in, which counts from its next token on as of `now`. Nothing happens to
  // one that is not live.
  void add_methods(db::Transaction& tx, contract::SessionId id, const std::vector<std::string>& methods,
                   base::TimePoint now) const;

  // Nothing: it was not live (unknown, expired, or ended before).
  [[nodiscard]] std::optional<contract::Revocation> end(db::Transaction& tx, contract::SessionId id, EndReason reason,
                                                        base::TimePoint now) const;
  // Every live session of the account but `except`.
  [[nodiscard]] std::vector<contract::Revocation> end_all_of_account(db::Transaction& tx, contract::AccountId account,
                                                                     std::optional<contract::SessionId> except,
                                                                     EndReason reason, base::TimePoint now) const;

  // Removes at most `limit` rows that expired, or ended longer than `keep_ended` ago; returns how many. None while
  // another node does: it goes on until nothing is left.
  std::size_t sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const;

  [[nodiscard]] const SessionOptions& options() const noexcept { return options_; }

 private:
  void insert(db::Transaction& tx, const NewSession& session, base::TimePoint created_at, base::TimePoint expires_at,
              base::TimePoint now) const;
  [[nodiscard]] Rotation refuse_or_repeat(db::Transaction& tx, const RefreshToken& presented,
                                          base::TimePoint now) const;
  [[nodiscard]] Rotation end_instead(db::Transaction& tx, contract::SessionId id, RotationRefusal refusal,
                                     EndReason reason, base::TimePoint now) const;
  // `grant` completed with what the account is now.
  [[nodiscard]] Rotation succeed(db::Transaction& tx, RefreshToken successor, AccessGrant grant, bool repeated) const;

  const SessionOptions options_;
  const RevocationStore& revocations_;
};

}  // namespace gatehouse::identity
