#include "identity/defence/defence.hpp"

#include <algorithm>
#include <utility>

#include "platform/audit/event_types.hpp"
#include "platform/base/unavailable.hpp"

namespace gatehouse::identity {
namespace {

using boost::asio::awaitable;

// A blocked address works harder; a person does so once, a guesser each time.
constexpr Work kBlockedFactor = 4;
constexpr Work kMostWork = 1'000'000;

std::string counted(const base::IpAddress& address) { return address.limit_key().to_string(); }

std::optional<base::Uuid> id_of(const std::optional<contract::AccountId>& account) {
  return account ? std::optional(account->uuid()) : std::nullopt;
}

Suspicion suspicion_of(Attack attack) { return attack == Attack::spraying ? Suspicion::spraying : Suspicion::stuffing; }

}  // namespace

Defence::Defence(Parts parts, DefenceOptions options)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      detector_(options_.attacks, parts_.overall, parts_.clock) {}

bool Defence::is_blockable(const base::IpAddress& address) const {
  return std::none_of(options_.never_blocked.begin(), options_.never_blocked.end(),
                      [&](const base::Cidr& network) { return network.contains(address); });
}

Work Defence::work_for(bool blocked) const {
  return std::min(kMostWork, blocked ? options_.work * kBlockedFactor : options_.work);
}

std::optional<base::TimePoint> Defence::find_block(db::Transaction& tx, const base::IpAddress& address) const {
  return parts_.blocks.find(tx, address, parts_.clock.now());
}

// What is cheap is asked first; the account's counter last, as it may be in Redis.
awaitable<std::optional<Suspicion>> Defence::suspicion_of(const Visitor& visitor) {
  const auto view = co_await detector_.look();
  for (const Attack attack : view.over) {
    parts_.log.info("attack_over", {{"attack", to_string(attack)}});
    co_await record({.type = audit::type::kAttackOver, .fields = {{"attack", std::string(to_string(attack))}}});
  }
  if (visitor.blocked_until) co_return Suspicion::address_blocked;
  if (view.suspected) co_return identity::suspicion_of(*view.suspected);
  if (parts_.busy()) co_return Suspicion::busy;
  if (visitor.subject.empty()) {
    co_return options_.challenge_newcomers ? std::optional(Suspicion::newcomer) : std::nullopt;
  }
  const auto failures = co_await parts_.attacks.look("account", visitor.subject);
  if (failures.reaches(options_.account_failures)) co_return Suspicion::account_attacked;
  co_return std::nullopt;
}

awaitable<bool> Defence::proves(const Visitor& visitor, Work work) {
  const auto proof = parts_.proofs.check(visitor.proof, work);
  if (!proof) {
    parts_.metrics.refused_proof(proof.error());
    co_return false;
  }
  const auto uses = co_await parts_.used_once.add("proof", proof->id, proof->remaining);
  if (uses.count == 1) co_return true;
  parts_.metrics.refused_used_proof();
  co_return false;
}

awaitable<base::Result<void, Hindrance>> Defence::admit(const Visitor& visitor) {
  if (visitor.device) co_return base::Result<void, Hindrance>();
  const auto why = co_await suspicion_of(visitor);
  if (!why) co_return base::Result<void, Hindrance>();
  if (visitor.blocked_until && options_.refuse_blocked) {
    parts_.metrics.hindered(*why);
    const auto left = std::chrono::ceil<std::chrono::seconds>(*visitor.blocked_until - parts_.clock.now());
    co_return Hindrance{.challenge = false, .retry_after = std::max(left, std::chrono::seconds(1))};
  }
  if (!visitor.proof.empty() && co_await proves(visitor, work_for(visitor.blocked_until.has_value()))) {
    parts_.metrics.passed_by_work(*why);
    co_return base::Result<void, Hindrance>();
  }
  parts_.metrics.hindered(*why);
  co_return Hindrance{.challenge = true};
}

awaitable<base::Result<void, Hindrance>> Defence::admit_newcomer(base::IpAddress address, std::string proof) {
  auto find = [&](db::Transaction& tx) { return find_block(tx, address); };
  Visitor visitor{.address = address, .proof = std::move(proof)};
  visitor.blocked_until = co_await parts_.database.read(find);
  co_return co_await admit(visitor);
}

awaitable<void> Defence::failed(Visitor visitor) {
  // A known device has a counter of its own, with the throttle.
  if (visitor.device) co_return;
  const auto at_account = co_await parts_.attacks.add("account", visitor.subject, options_.account_window);
  // For a name that nobody has as well: the answer must not take longer for one of them.
  if (at_account.count == at_account.limit(options_.account_failures)) {
    co_await record({.type = audit::type::kAccountUnderAttack,
                     .subject = id_of(visitor.account),
                     .fields = {{"failures", std::to_string(at_account.count)}}});
  }
  const auto attack = co_await detector_.failed(visitor.account.has_value(), at_account.count == 1);
  if (attack) {
    parts_.metrics.detected(*attack);
    parts_.log.warn("attack_detected", {{"attack", to_string(*attack)}});
    const bool spraying = *attack == Attack::spraying;
    co_await record({.type = spraying ? audit::type::kSprayingDetected : audit::type::kStuffingDetected});
  }
  co_await count_at_address(visitor);
}

awaitable<void> Defence::failed_second_factor(Visitor visitor) {
  if (!visitor.device) co_await count_at_address(visitor);
}

awaitable<void> Defence::count_at_address(const Visitor& visitor) {
  if (!is_blockable(visitor.address) || visitor.blocked_until) co_return;
  const auto at_address = co_await parts_.attacks.add("address", counted(visitor.address), options_.address_window);
  if (at_address.reaches(options_.address_failures)) co_await block(visitor.address, at_address.count);
}

awaitable<void> Defence::block(base::IpAddress address, std::uint32_t failures) {
  auto block = [&](db::Transaction& tx) {
    const auto now = parts_.clock.now();
    if (!parts_.blocks.block(tx, address, now, now + options_.address_block)) return false;
    parts_.audit.record(
        tx, {.type = audit::type::kAddressBlocked,
             .fields = {{"failures", std::to_string(failures)}, {"family", address.is_v4() ? "ipv4" : "ipv6"}}});
    return true;
  };
  try {
    if (co_await parts_.database.write(block)) parts_.metrics.blocked();
  } catch (const base::Unavailable& failure) {
    parts_.log.warn("defence_not_recorded", {{"what", failure.what()}});  // the next failure blocks it
  }
}

awaitable<void> Defence::succeeded(const Visitor& visitor) {
  if (!visitor.device) co_await detector_.succeeded();
}

awaitable<void> Defence::record(audit::Event event) {
  try {
    auto write = [&](db::Transaction& tx) { parts_.audit.record(tx, event); };
    co_await parts_.database.write(write);
  } catch (const base::Unavailable& failure) {
    parts_.log.warn("defence_not_recorded", {{"what", failure.what()}});
  }
}

awaitable<boost::json::object> Defence::issue_challenge(base::IpAddress address) {
  auto find = [&](db::Transaction& tx) { return find_block(tx, address); };
  const auto blocked = co_await parts_.database.read(find);
  parts_.metrics.issued();
  co_return parts_.proofs.issue(work_for(blocked.has_value()));
}

awaitable<Defence::Blocks> Defence::list_blocks(std::size_t limit) {
  auto list = [&](db::Transaction& tx) {
    const auto now = parts_.clock.now();
    return Blocks{parts_.blocks.newest(tx, now, limit), parts_.blocks.count(tx, now)};
  };
  co_return co_await parts_.database.read(list);
}

awaitable<bool> Defence::unblock(base::IpAddress address, contract::AccountId by) {
  auto remove = [&](db::Transaction& tx) {
    if (!parts_.blocks.unblock(tx, address, parts_.clock.now())) return false;
    parts_.audit.record(tx, {.type = audit::type::kAddressUnblocked, .actor = by.uuid(), .subject = std::nullopt});
    return true;
  };
  const bool removed = co_await parts_.database.write(remove);
  if (removed) co_await parts_.attacks.forget("address", counted(address));
  co_return removed;
}

}  // namespace gatehouse::identity
