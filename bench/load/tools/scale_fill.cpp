#include "bench/load/tools/scale_fill.hpp"

#include <algorithm>
#include <chrono>

#include "bench/load/tools/copy_rows.hpp"
#include "bench/load/tools/scale_member.hpp"
#include "crypto/blind_index.hpp"
#include "crypto/packed_hash.hpp"
#include "crypto/password.hpp"
#include "identity/session/client_info.hpp"
#include "identity/token/data_key.hpp"

namespace gatehouse::bench {
namespace {

constexpr std::size_t kCheckEvery = 5'003;  // ICU would take longer than all else together
constexpr std::chrono::milliseconds kFourWeeks = std::chrono::hours(24 * 28);

base::TimePoint between(base::TimePoint from, base::TimePoint to, base::Random& random) {
  std::uint32_t part = 0;
  random.fill(&part, sizeof part);
  return from + std::chrono::milliseconds(
                    static_cast<std::int64_t>(static_cast<double>((to - from).count()) * (part / 4294967296.0)));
}

void write_session(CopyRows& rows, const app::Installation& installation, std::size_t i, const ScaleFill& fill) {
  auto random = member_random(i);
  const auto account = member(i, fill.accounts, fill.now);
  const auto seed = identity::new_data_key_seed(random);
  const auto data_key = identity::derive_data_key(installation.secrets.account_kek, account.id, seed);
  const auto session = session_of_member(i);
  const auto created = between(std::max(account.created_at, fill.now - kFourWeeks), fill.now, random);
  const auto used = between(created, fill.now, random);
  const identity::ClientInfo client{.address = "192.0.2." + std::to_string(i % 256),
                                    .agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"};
  const auto& options = installation.sessions.options();
  const auto expires = created + std::chrono::milliseconds(options.absolute);
  rows.row(11);
  rows.bytes(session.bytes());
  rows.bytes(account.id.bytes());
  rows.integer(base::to_unix_ms(created));
  rows.integer(base::to_unix_ms(used));
  rows.integer(0);
  rows.integer(base::to_unix_ms(used));
  rows.integer(base::to_unix_ms(created));
  rows.integer(base::to_unix_ms(std::min<base::TimePoint>(used + options.idle, expires)));
  rows.integer(base::to_unix_ms(expires));
  rows.bytes("pwd");
  rows.bytes(identity::seal_client_info(data_key.value(), session, client, random));
}

}  // namespace

void write_accounts(const app::Installation& installation, const ScaleFill& fill, const std::string& password,
                    std::ostream& out) {
  const auto hash = crypto::pack_password_hash(
      *crypto::PasswordHasher(installation.settings.password.cost).hash(base::Secret(password)));
  CopyRows rows(out);
  for (std::size_t i = 0; i < fill.accounts; ++i) {
    const auto account = member(i, fill.accounts, fill.now);
    if (i % kCheckEvery == 0) check_member(account);
    auto random = member_random(i);
    rows.row(10);
    rows.bytes(account.id.bytes());
    rows.integer(1);
    rows.integer(base::to_unix_ms(account.created_at));
    rows.bytes(identity::new_data_key_seed(random));
    rows.bytes(identity::state_column(identity::AccountState::active));
    rows.bytes("member");
    rows.bytes(account.username);
    rows.bytes(identity::skeleton_column(account.username, account.skeleton));
    rows.bytes(crypto::blind_index(installation.secrets.blind_index, account.email));
    rows.bytes(hash);
  }
  rows.finish();
}

void write_profiles(const app::Installation& installation, const ScaleFill& fill, std::ostream& out) {
  CopyRows rows(out);
  for (std::size_t i = 0; i < fill.accounts; ++i) {
    const auto account = member(i, fill.accounts, fill.now);
    auto random = member_random(i);
    const identity::AccountVault vault(installation.secrets.account_kek, installation.secrets.blind_index, random);
    rows.row(3);
    rows.bytes(account.id.bytes());
    rows.integer(base::to_unix_ms(account.created_at));
    rows.bytes(vault.seal_new(account.id, {.email = account.email, .display_name = account.display_name}).profile);
  }
  rows.finish();
}

void write_sessions(const app::Installation& installation, const ScaleFill& fill, std::ostream& out) {
  CopyRows rows(out);
  for (std::size_t i = 0; i < fill.accounts; i += fill.accounts_a_session) write_session(rows, installation, i, fill);
  rows.finish();
}

}  // namespace gatehouse::bench
