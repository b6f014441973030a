#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "contract/ids.hpp"
#include "identity/defence/address_block_store.hpp"
#include "identity/defence/attack_detector.hpp"
#include "identity/defence/defence_metrics.hpp"
#include "identity/defence/known_devices.hpp"
#include "identity/defence/proof_of_work.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/ip_address.hpp"
#include "platform/base/result.hpp"
#include "platform/db/database.hpp"
#include "platform/limits/window_counter.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

struct DefenceOptions {
  std::uint32_t address_failures = 5;  // failed sign-ins of one address in a window, and it is blocked
  std::chrono::seconds address_window{15 * 60};
  std::chrono::seconds address_block{60 * 60};
  bool refuse_blocked = false;          // a blocked address is refused outright, in place of being asked for work
  std::uint32_t account_failures = 10;  // at one account in a window: whoever tries it next is asked for work
  std::chrono::seconds account_window{15 * 60};
  AttackDetectorOptions attacks{};
  Work work = 50'000;                       // numbers of a challenge
  bool challenge_newcomers = false;         // each registration is asked for work, suspicion or not
  std::vector<base::Cidr> never_blocked{};  // proxies: when one fails to say for whom, blocking it would block everyone
};

// Somebody who wants a password looked at, or an account.
struct Visitor {
  base::IpAddress address;
  std::string proof{};                           // ALTCHA's payload, as sent; empty: none
  std::string subject{};                         // the account's id, or the key of a name nobody has; empty: a newcomer
  std::optional<contract::AccountId> account{};  // if there is one
  std::optional<std::string> device{};           // known to that account (known_devices.hpp)
  std::optional<base::TimePoint> blocked_until{};  // the address, as find_block() has found
};

struct Hindrance {
  bool challenge = false;               // work would let this visitor through; else only time does
  std::chrono::seconds retry_after{0};  // of a blocked address
};

// Who may try at all. Stands before the throttle, which slows the tries (limits::SignInCounter), and before every hash.
//
// A known device passes: what others do elsewhere does not concern it. Anyone else is asked for proof of work while the
// address is blocked, the account is being guessed at, an attack is suspected or hashes queue up; the answer is the
// same for all of these and for names that nobody has. Records what it notices as audit events. Thread-safe.
class Defence {
 public:
  struct Parts {  // all outlive it
    db::Database& database;
    const AddressBlockStore& blocks;
    limits::WindowCounter& attacks;  // by account and address
    limits::WindowCounter& overall;  // the detector's
    limits::WindowCounter& used_once;
    const ProofOfWork& proofs;
    const audit::Log& audit;
    const base::Clock& clock;
    telemetry::Logger& log;
    DefenceMetrics& metrics;
    std::function<bool()> busy;  // hashes queue up; called from any thread
  };
  Defence(Parts parts, DefenceOptions options);

  // In the transaction that looks up the account, so that it costs no trip of its own.
  [[nodiscard]] std::optional<base::TimePoint> find_block(db::Transaction& tx, const base::IpAddress& address) const;

  // Nothing is hashed for whom this refuses. A proof that was used is used up.
  boost::asio::awaitable<base::Result<void, Hindrance>> admit(const Visitor& visitor);
  // The same for a visitor of whom nothing has been looked up: a registration, a forgotten password.
  boost::asio::awaitable<base::Result<void, Hindrance>> admit_newcomer(base::IpAddress address, std::string proof);

  // What became of an attempt that was admitted, once its password was looked at. Whatever fails here is logged and
  // changes no answer.
  boost::asio::awaitable<void> failed(Visitor visitor);
  boost::asio::awaitable<void> succeeded(const Visitor& visitor);
  // A second factor was wrong: counts at the address, as a password does. At the account its own guard counts.
  boost::asio::awaitable<void> failed_second_factor(Visitor visitor);

  // A challenge for this address: harder while it is blocked.
  boost::asio::awaitable<boost::json::object> issue_challenge(base::IpAddress address);

  struct Blocks {
    std::vector<AddressBlock> newest;
    std::size_t total = 0;
  };
  boost::asio::awaitable<Blocks> list_blocks(std::size_t limit);
  // False: it was not blocked. Its failures are forgotten, too.
  boost::asio::awaitable<bool> unblock(base::IpAddress address, contract::AccountId by);

 private:
  boost::asio::awaitable<std::optional<Suspicion>> suspicion_of(const Visitor& visitor);
  boost::asio::awaitable<bool> proves(const Visitor& visitor, Work work);
  boost::asio::awaitable<void> count_at_address(const Visitor& visitor);
  boost::asio::awaitable<void> block(base::IpAddress address, std::uint32_t failures);
  [[nodiscard]] bool is_blockable(const base::IpAddress& address) const;
  [[nodiscard]] Work work_for(bool blocked) const;
  boost::asio::awaitable<void> record(audit::Event event);

  Parts parts_;
  const DefenceOptions options_;
  AttackDetector detector_;
};

}  // namespace gatehouse::identity
