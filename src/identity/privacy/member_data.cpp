#include "identity/privacy/member_data.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/sealing.hpp"
#include "identity/account/self_service.hpp"
#include "identity/session/client_info.hpp"
#include "identity/token/data_key.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/base/json.hpp"
#include "platform/base/words.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

using boost::asio::awaitable;
using boost::json::array;
using boost::json::object;
using boost::json::value;
using contract::AccountId;
using db::Blob;

constexpr std::string_view kFormat = "gatehouse-member-data/1";

value time_of(std::optional<std::int64_t> unix_ms) {
  if (!unix_ms) return nullptr;
  return value(telemetry::to_rfc3339(base::from_unix_ms(*unix_ms)));
}

array texts(const std::vector<std::string>& words) {
  array list;
  for (const auto& word : words) list.emplace_back(word);
  return list;
}

object account_of(const Account& account) {
  return {{"id", account.id.to_string()},
          {"username", account.username},
          {"email", account.profile.email},
          {"email_verified", account.email_verified},
          {"display_name", account.profile.display_name},
          {"language", account.profile.language},
          {"state", to_string(account.state)},
          {"roles", texts(account.roles)},
          {"created_at", telemetry::to_rfc3339(account.created_at)}};
}

value deletion_of(const std::optional<PendingDeletion>& pending) {
  if (!pending) return nullptr;
  return object{{"requested_at", telemetry::to_rfc3339(pending->requested_at)},
                {"erase_at", telemetry::to_rfc3339(pending->erase_at)}};
}

// One more than is shown was asked for: true, and it goes again, when there is more than that.
template <class List>
bool cut(List& list, std::size_t most) {
  if (list.size() <= most) return false;
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(most), list.end());
  return true;
}

// Ended ones, too, as long as they are kept.
array sessions_of(db::Transaction& tx, AccountId account, const std::optional<crypto::SealingKey>& data_key) {
  array list;
  tx.query(
      "SELECT id, created_at, last_used_at, auth_time, expires_at, ended_at, end_reason, amr, client_sealed "
      "FROM session WHERE account_id = $1 ORDER BY created_at DESC LIMIT $2",
      {Blob{account.bytes()}, static_cast<std::int64_t>(MemberData::kMaxSessions + 1)}, [&](const db::Row& row) {
        const auto id = contract::SessionId::from_bytes(row.blob(0)).value();
        const auto client = data_key ? open_client_info(*data_key, id, row.blob(8)) : ClientInfo{};
        list.push_back(object{{"id", id.to_string()},
                              {"created_at", time_of(row.integer(1))},
                              {"last_used_at", time_of(row.integer(2))},
                              {"auth_time", time_of(row.integer(3))},
                              {"expires_at", time_of(row.integer(4))},
                              {"ended_at", time_of(row.optional_integer(5))},
                              {"end_reason", row.is_null(6) ? value(nullptr) : value(row.text(6))},
                              {"amr", texts(base::split_words(row.text(7)))},
                              {"address", client.address},
                              {"agent", client.agent}});
      });
  return list;
}

// Clients as the digests of them say: when they were last here, and no more.
array devices_of(db::Transaction& tx, AccountId account) {
  array list;
  tx.query("SELECT last_seen_at FROM known_client WHERE account_id = $1 ORDER BY last_seen_at DESC",
           {Blob{account.bytes()}}, [&](const db::Row& row) {
             list.push_back(object{{"last_seen_at", time_of(row.integer(0))}});
           });
  return list;
}

// Used ones, too, as long as they are kept. The link itself is nowhere.
array mail_links_of(db::Transaction& tx, const AccountVault& vault, const AccountWithProfile& account) {
  array list;
  tx.query(
      "SELECT id, purpose, email_sealed, created_at, expires_at, closed_at FROM mail_proof WHERE account_id = $1 "
      "ORDER BY purpose, created_at DESC",
      {Blob{account.id.bytes()}}, [&](const db::Row& row) {
        const auto id = base::Uuid::from_bytes(row.blob(0)).value();
        const bool elsewhere = !row.is_null(2) && !account.data_key_seed.empty();
        list.push_back(
            object{{"purpose", row.text(1)},
                   {"email", elsewhere ? vault.open_address(account, id, row.blob(2)) : vault.open(account).email},
                   {"created_at", time_of(row.integer(3))},
                   {"expires_at", time_of(row.integer(4))},
                   {"closed_at", time_of(row.optional_integer(5))}});
      });
  return list;
}

// Since the last right one.
value wrong_codes_of(db::Transaction& tx, AccountId account) {
  const auto guard = tx.query_one(
      "SELECT failures, retry_at FROM code_guard WHERE id = $1", {Blob{account.bytes()}}, [](const db::Row& row) {
        const auto retry_at = row.integer(1);
        return object{{"count", row.integer(0)}, {"retry_at", retry_at == 0 ? value(nullptr) : time_of(retry_at)}};
      });
  return guard ? value(*guard) : value(nullptr);
}

// Who else it was, or whom it concerns, is that person's business.
std::string_view whose(const std::optional<base::Uuid>& person, AccountId account, std::string_view nobody) {
  if (!person) return nobody;
  return *person == account.uuid() ? "you" : "somebody else";
}

// What happened to the account, and what was done with it: one index for each, never the whole log. The newest first,
// one more than is shown.
std::vector<audit::RecordedEvent> records_of(db::Transaction& tx, const audit::EventStore& history, AccountId account) {
  constexpr std::size_t kMost = MemberData::kMaxEvents + 1;
  auto records = history.page(tx, {.subject = account.uuid(), .limit = kMost});
  for (auto& act : history.page(tx, {.actor = account.uuid(), .limit = kMost})) {
    if (act.subject != account.uuid()) records.push_back(std::move(act));  // else it is there already
  }
  std::ranges::sort(records, std::ranges::greater(), &audit::RecordedEvent::seq);
  if (records.size() > kMost) records.resize(kMost);
  return records;
}

array events_of(db::Transaction& tx, const audit::EventStore& history, AccountId account) {
  array list;
  for (const auto& event : records_of(tx, history, account)) {
    // What was changed around the program names the database's operator, and what was done to another tells of them:
    // somebody else's, both.
    const bool for_owner =
        event.type != audit::type::kOutsideChange && (!event.subject || *event.subject == account.uuid());
    auto fields = base::parse_json(event.fields);
    list.push_back(object{{"at", telemetry::to_rfc3339(event.at)},
                          {"type", event.type},
                          {"by", whose(event.actor, account, "system")},
                          {"concerns", whose(event.subject, account, "nobody")},
                          {"fields", for_owner && fields ? std::move(*fields) : value(object())}});
  }
  return list;
}

}  // namespace

awaitable<std::optional<object>> MemberData::collect(AccountId account) {
  auto look = [&](db::Transaction& tx) -> std::optional<object> {
    const auto record = parts_.accounts.find_with_profile(tx, account);
    if (!record) return std::nullopt;
    const auto data_key = derive_data_key(parts_.account_kek, account, record->data_key_seed);
    auto sessions = sessions_of(tx, account, data_key);
    auto events = events_of(tx, parts_.history, account);
    const object truncated{{"sessions", cut(sessions, kMaxSessions)}, {"events", cut(events, kMaxEvents)}};
    return object{{"format", kFormat},
                  {"made_at", telemetry::to_rfc3339(parts_.clock.now())},
                  {"account", account_of(assemble(parts_.vault, *record))},
                  {"deletion", deletion_of(parts_.erasures.pending(tx, account))},
                  {"sessions", std::move(sessions)},
                  {"devices", devices_of(tx, account)},
                  {"mail_links", mail_links_of(tx, parts_.vault, *record)},
                  {"wrong_codes", wrong_codes_of(tx, account)},
                  {"events", std::move(events)},
                  {"truncated", truncated}};
  };
  auto data = co_await parts_.database.read(look);
  if (!data) co_return std::nullopt;
  auto record = [&](db::Transaction& tx) {
    parts_.events.record(tx, {.type = audit::type::kDataExported, .actor = account.uuid(), .subject = account.uuid()});
  };
  co_await parts_.database.write(record);
  co_return data;
}

}  // namespace gatehouse::identity
