#include "bench/load/tools/fill.hpp"

#include <algorithm>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/password.hpp"
#include "identity/session/client_info.hpp"
#include "identity/token/access_token.hpp"
#include "identity/token/data_key.hpp"
#include "identity/token/refresh_token.hpp"
#include "platform/text/username.hpp"

namespace gatehouse::bench {
namespace {

struct Member {
  contract::AccountId id;
  std::string data_key_seed;
};

std::string hashed(const app::Installation& installation, const std::string& password) {
  return *crypto::PasswordHasher(installation.settings.password.cost).hash(base::Secret(std::string_view(password)));
}

Member insert_account(app::Installation& installation, db::Transaction& tx, const std::string& name,
                      const std::string& hash) {
  const auto username = text::prepare_username(name);
  if (!username) throw std::runtime_error("no username: " + name);
  const contract::AccountId id(base::Uuid::v7(installation.clock, installation.random));
  auto sealed = installation.vault.seal_new(id, {.email = name + "@example.org", .display_name = {}});
  const identity::NewAccount account{.id = id,
                                     .username = username->canonical(),
                                     .username_skeleton = username->skeleton(),
                                     .email_index = installation.random.bytes(32),
                                     .data_key_seed = sealed.data_key_seed,
                                     .profile_sealed = std::move(sealed.profile),
                                     .password_hash = hash,
                                     .roles = {"member"},
                                     .created_at = installation.clock.now()};
  if (!installation.accounts.insert(tx, account)) throw std::runtime_error("taken: " + name);
  return {id, std::move(sealed.data_key_seed)};
}

// Runs `insert(tx, i)` for each i below `count`, many to a transaction.
template <class Insert>
void in_batches(app::Installation& installation, std::size_t count, Insert insert) {
  for (std::size_t begin = 0; begin < count; begin += kRowsAtOnce) {
    const std::size_t end = std::min(count, begin + kRowsAtOnce);
    installation.database->write_blocking([&](db::Transaction& tx) {
      for (std::size_t i = begin; i < end; ++i) insert(tx, i);
      return true;
    });
  }
}

contract::SessionId new_session(app::Installation& installation) {
  return contract::SessionId(base::Uuid::random(installation.random));
}

}  // namespace

void fill_accounts(app::Installation& installation, std::size_t count, const std::string& password) {
  const std::string hash = hashed(installation, password);
  in_batches(installation, count, [&](db::Transaction& tx, std::size_t i) {
    insert_account(installation, tx, "member-" + std::to_string(i), hash);
  });
}

void fill_sessions(app::Installation& installation, std::size_t count, std::size_t shown, std::ostream& out) {
  const std::string hash = hashed(installation, "whoever these are, they never sign in");
  // In the order of their ids, which is that of the table: a million random places would be a million page reads.
  std::vector<contract::SessionId> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(new_session(installation));
  std::sort(ids.begin(), ids.end(), [](const auto& a, const auto& b) { return a.bytes() < b.bytes(); });

  const identity::RefreshTokenCodec codec(installation.secrets.refresh_mac.clone());
  Member member;
  std::optional<crypto::SealingKey> data_key;
  in_batches(installation, count, [&](db::Transaction& tx, std::size_t i) {
    if (i % kSessionsEach == 0) {
      member = insert_account(installation, tx, "holder-" + std::to_string(i / kSessionsEach), hash);
      data_key = identity::derive_data_key(installation.secrets.account_kek, member.id, member.data_key_seed);
    }
    const identity::ClientInfo client{.address = "192.0.2.7", .agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0)"};
    auto sealed = identity::seal_client_info(data_key.value(), ids[i], client, installation.random);
    static_cast<void>(installation.sessions.insert_capped(tx, {ids[i], member.id, std::move(sealed), {"pwd"}},
                                                          installation.clock.now()));
    if (i < shown) out << codec.encode({ids[i], 0}).expose() << '\n';
  });
}

void fill_revocations(app::Installation& installation, std::size_t count) {
  in_batches(installation, count, [&](db::Transaction& tx, std::size_t) {
    static_cast<void>(installation.revocations.revoke_session(tx, new_session(installation), installation.clock.now()));
  });
}

void mint_tokens(app::Installation& installation, std::size_t count, std::ostream& out) {
  const auto& token = installation.settings.token;
  const identity::AccessTokenIssuer issuer(
      {.issuer = token.issuer, .audience = token.audience, .lifetime = token.access_lifetime, .scope = ""},
      installation.keys, installation.random);
  for (std::size_t i = 0; i < count; ++i) {
    const auto now = installation.clock.now();
    const identity::AccessGrant grant{
        .account = contract::AccountId(base::Uuid::v7(installation.clock, installation.random)),
        .session = new_session(installation),
        .roles = {"member"},
        .amr = {"pwd"},
        .auth_time = now,
        .issued_at = now,
        .session_expires = now + installation.settings.session.idle};
    out << issuer.issue(grant).token.expose() << '\n';
  }
}

}  // namespace gatehouse::bench
