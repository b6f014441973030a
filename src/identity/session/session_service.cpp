#include "identity/session/session_service.hpp"

#include <algorithm>
#include <utility>

#include "identity/session/client_info.hpp"
#include "identity/token/data_key.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/unavailable.hpp"
#include "platform/base/words.hpp"

namespace gatehouse::identity {
namespace {

using boost::asio::awaitable;
using contract::Revocation;
using RefreshOutcome = SessionMetrics::Refresh;

struct Refusal {
  RefreshError error;
  RefreshOutcome outcome;
  EndReason ended = EndReason::refresh_reuse;  // why, if the refusal ended the session
};

Refusal refusal_of(RotationRefusal refusal) {
  switch (refusal) {
    case RotationRefusal::unknown: return {RefreshError::invalid, RefreshOutcome::invalid};
    case RotationRefusal::expired: return {RefreshError::expired, RefreshOutcome::expired};
    case RotationRefusal::ended: return {RefreshError::ended, RefreshOutcome::ended};
    case RotationRefusal::replaced: return {RefreshError::replaced, RefreshOutcome::ended};
    case RotationRefusal::account_disabled:
      return {RefreshError::account_disabled, RefreshOutcome::account_disabled, EndReason::account_disabled};
    case RotationRefusal::reuse: return {RefreshError::reuse_detected, RefreshOutcome::reuse_detected};
  }
  return {RefreshError::invalid, RefreshOutcome::invalid};
}

// A seed that is none is our fault and no answer; one that is gone leaves sessions without their client.
std::optional<crypto::SealingKey> data_key_of(const base::Secret& account_kek, contract::AccountId account,
                                              const AccountStanding& standing) {
  if (standing.data_key_seed.empty()) return std::nullopt;
  auto key = derive_data_key(account_kek, account, standing.data_key_seed);
  if (!key) throw base::Unavailable("account_data_key_is_damaged");
  return key;
}

// `auth_time` is of now, so what is shown of `amr` is, too: of what was shown before, only the first factor is left,
// which a second one stands beside. Else a code would pass where a fresh passkey is asked for.
std::vector<std::string> amr_after(const std::vector<std::string>& before, const std::vector<std::string>& shown) {
  const bool had_password = std::ranges::find(before, "pwd") != before.end();
  return join_methods(had_password ? std::vector<std::string>{"pwd"} : std::vector<std::string>{}, shown);
}

std::vector<Revocation> alone(Revocation row) {
  std::vector<Revocation> rows;
  rows.push_back(std::move(row));
  return rows;
}

SessionView view_of(const SessionRecord& record, const std::optional<crypto::SealingKey>& data_key) {
  return {.id = record.id,
          .client = data_key ? open_client_info(*data_key, record.id, record.client_sealed) : ClientInfo{},
          .created_at = record.created_at,
          .last_used_at = record.last_used_at,
          .expires_at = record.idle_expires_at,
          .amr = record.amr,
          .auth_time = record.auth_time};
}

}  // namespace

std::string_view to_string(RefreshError error) {
  switch (error) {
    case RefreshError::invalid: return "invalid";
    case RefreshError::expired: return "expired";
    case RefreshError::ended: return "ended";
    case RefreshError::replaced: return "replaced";
    case RefreshError::reuse_detected: return "reuse_detected";
    case RefreshError::account_disabled: return "account_disabled";
  }
  return "unknown";
}

base::Result<OpenedSession, SessionError> SessionService::open(db::Transaction& tx, contract::AccountId account,
                                                               const ClientInfo& client,
                                                               const std::vector<std::string>& amr) const {
  auto standing = parts_.store.standing(tx, account);
  if (!standing || !standing->active) return SessionError::account_unavailable;
  const auto data_key = data_key_of(parts_.account_kek, account, *standing);
  if (!data_key) return SessionError::account_unavailable;  // erased

  const auto now = parts_.clock.now();
  const contract::SessionId id(base::Uuid::random(parts_.random));
  auto revoked =
      parts_.store.insert_capped(tx, {id, account, seal_client_info(*data_key, id, client, parts_.random), amr}, now);
  audit::record(tx,
                {.type = audit::type::kSignInSucceeded,
                 .actor = account.uuid(),
                 .subject = account.uuid(),
                 .fields = {{"session", id.to_string()}, {"amr", base::join_words(amr)}}},
                now);
  const auto& options = parts_.store.options();
  OpenedSession opened{.refresh = {id, 0},
                       .grant = {.account = account,
                                 .session = id,
                                 .roles = std::move(standing->roles),
                                 .email_verified = standing->email_verified,
                                 .epoch = standing->epoch,
                                 .amr = amr,
                                 .auth_time = now,
                                 .issued_at = now,
                                 .session_expires = options.idle_until(now, now + options.absolute)},
                       .revoked = std::move(revoked)};
  if (parts_.watcher != nullptr) parts_.watcher->opened(tx, opened.grant, client);
  return opened;
}

awaitable<SessionTokens> SessionService::complete(OpenedSession opened) {
  parts_.metrics.started();
  co_await announce(std::move(opened.revoked), EndReason::session_limit);
  co_return tokens_of(opened.refresh, opened.grant);
}

awaitable<base::Result<SessionTokens, SessionError>> SessionService::start(contract::AccountId account,
                                                                           ClientInfo client,
                                                                           std::vector<std::string> amr) {
  auto opened = co_await parts_.database.write([&](db::Transaction& tx) { return open(tx, account, client, amr); });
  if (!opened) co_return opened.error();
  co_return co_await complete(std::move(*opened));
}

std::optional<RenewedSession> SessionService::renew(db::Transaction& tx, contract::SessionId session,
                                                    const std::vector<std::string>& methods) const {
  const auto old = parts_.store.find(tx, session);
  if (!old) return std::nullopt;
  auto standing = parts_.store.standing(tx, old->account);
  if (!standing || !standing->active) return std::nullopt;
  const auto data_key = data_key_of(parts_.account_kek, old->account, *standing);
  if (!data_key) return std::nullopt;  // erased

  const auto now = parts_.clock.now();
  const contract::SessionId id(base::Uuid::random(parts_.random));
  const auto client = open_client_info(*data_key, session, old->client_sealed);
  auto amr = amr_after(old->amr, methods);
  auto revoked = parts_.store.replace(
      tx, *old, {id, old->account, seal_client_info(*data_key, id, client, parts_.random), amr}, now);
  if (!revoked) return std::nullopt;
  return RenewedSession{.refresh = {id, 0},
                        .grant = {.account = old->account,
                                  .session = id,
                                  .roles = std::move(standing->roles),
                                  .email_verified = standing->email_verified,
                                  .epoch = standing->epoch,
                                  .amr = std::move(amr),
                                  .auth_time = now,
                                  .issued_at = now,
                                  .session_expires = parts_.store.options().idle_until(now, old->expires_at)},
                        .refresh_in = client.refresh_in,
                        .revoked = std::move(*revoked)};
}

awaitable<SessionTokens> SessionService::complete(RenewedSession renewed) {
  co_await announce(alone(std::move(renewed.revoked)), EndReason::replaced);
  co_return tokens_of(renewed.refresh, renewed.grant);
}

awaitable<base::Result<SessionTokens, RefreshError>> SessionService::refresh(std::string_view refresh_token) {
  const auto presented = parts_.refresh_tokens.decode(refresh_token);
  if (!presented) {
    parts_.metrics.refreshed(RefreshOutcome::invalid);
    co_return RefreshError::invalid;
  }
  auto rotation = co_await parts_.database.write(
      [&](db::Transaction& tx) { return parts_.store.rotate_refresh_counter(tx, *presented, parts_.clock.now()); });
  if (!rotation.refused) {
    parts_.metrics.refreshed(rotation.repeated ? RefreshOutcome::repeated : RefreshOutcome::rotated);
    co_return tokens_of(rotation.successor, rotation.grant);
  }

  const Refusal refusal = refusal_of(*rotation.refused);
  parts_.metrics.refreshed(refusal.outcome);
  if (refusal.error == RefreshError::reuse_detected) {
    // A security alert: somebody holds a copy of this session's refresh token.
    parts_.log.warn("refresh_reuse_detected", {{"session", presented->session.to_string()}});
  }
  co_await announce(std::move(rotation.revoked), refusal.ended);
  co_return refusal.error;
}

awaitable<bool> SessionService::end(contract::SessionId session, EndReason reason) {
  auto row = co_await parts_.database.write(
      [&](db::Transaction& tx) { return parts_.store.end(tx, session, reason, parts_.clock.now()); });
  if (!row) co_return false;
  co_await announce(alone(std::move(*row)), reason);
  co_return true;
}

awaitable<bool> SessionService::end_of_account(contract::AccountId account, contract::SessionId session,
                                               EndReason reason) {
  auto row = co_await parts_.database.write([&](db::Transaction& tx) -> std::optional<Revocation> {
    const auto found = parts_.store.find(tx, session);
    if (!found || found->account != account) return std::nullopt;
    return parts_.store.end(tx, session, reason, parts_.clock.now());
  });
  if (!row) co_return false;
  co_await announce(alone(std::move(*row)), reason);
  co_return true;
}

awaitable<bool> SessionService::end_by_refresh_token(std::string_view refresh_token) {
  const auto presented = parts_.refresh_tokens.decode(refresh_token);
  if (!presented) co_return false;
  co_return co_await end(presented->session, EndReason::sign_out);
}

awaitable<std::size_t> SessionService::end_others(contract::AccountId account, contract::SessionId keep,
                                                  EndReason reason) {
  auto rows = co_await parts_.database.write([&](db::Transaction& tx) {
    return parts_.store.end_all_of_account(tx, account, keep, reason, parts_.clock.now());
  });
  const std::size_t count = rows.size();
  co_await announce(std::move(rows), reason);
  co_return count;
}

awaitable<std::vector<SessionView>> SessionService::list(contract::AccountId account) {
  co_return co_await parts_.database.read([&](db::Transaction& tx) {
    std::vector<SessionView> views;
    const auto standing = parts_.store.standing(tx, account);
    if (!standing) return views;
    const auto data_key = data_key_of(parts_.account_kek, account, *standing);
    for (const auto& record : parts_.store.list_live_of_account(tx, account, parts_.clock.now())) {
      views.push_back(view_of(record, data_key));
    }
    return views;
  });
}

awaitable<std::optional<SessionView>> SessionService::find(contract::AccountId account, contract::SessionId session) {
  co_return co_await parts_.database.read([&](db::Transaction& tx) -> std::optional<SessionView> {
    const auto record = parts_.store.find(tx, session);
    if (!record || record->account != account || !record->live(parts_.clock.now())) return std::nullopt;
    const auto standing = parts_.store.standing(tx, account);
    if (!standing) return std::nullopt;
    return view_of(*record, data_key_of(parts_.account_kek, account, *standing));
  });
}

std::optional<ClientInfo> SessionService::client(db::Transaction& tx, contract::AccountId account,
                                                 contract::SessionId session) const {
  const auto record = parts_.store.find(tx, session);
  if (!record || record->account != account) return std::nullopt;
  const auto standing = parts_.store.standing(tx, account);
  if (!standing) return std::nullopt;
  return view_of(*record, data_key_of(parts_.account_kek, account, *standing)).client;
}

awaitable<void> SessionService::announce(std::vector<Revocation> rows, EndReason reason) {
  if (rows.empty()) co_return;
  std::size_t sessions = 0;
  for (const auto& row : rows) {
    if (row.kind != Revocation::Kind::session) continue;
    ++sessions;
    const auto id = contract::SessionId::from_bytes(row.key).value();
    parts_.log.info("session_ended", {{"session", id.to_string()}, {"reason", to_string(reason)}});
  }
  parts_.metrics.ended(reason, sessions);
  co_await parts_.feed.publish(std::move(rows));
}

SessionTokens SessionService::tokens_of(const RefreshToken& refresh, const AccessGrant& grant) const {
  auto access = parts_.access_tokens.issue(grant);
  return {.account = grant.account,
          .session = refresh.session,
          .refresh_token = parts_.refresh_tokens.encode(refresh),
          .refresh_expires_in = std::chrono::floor<std::chrono::seconds>(grant.session_expires - grant.issued_at),
          .access_token = std::move(access.token),
          .expires_in = access.expires_in};
}

}  // namespace gatehouse::identity
