#include "tests/support/sample_installation.hpp"

#include <string_view>

namespace gatehouse::test {

using db::Blob;
using db::Transaction;

std::string id_of(int i) {
  std::string id(16, '\0');
  id[0] = static_cast<char>(i >> 8);
  id[1] = static_cast<char>(i);
  id[15] = 'a';
  return id;
}

void add_account(Transaction& t, int i) {
  const std::string name = "Łódź-" + std::to_string(i);
  const std::string id = id_of(i);
  const db::Value email = i % 2 == 0 ? db::Value(nullptr) : db::Value(Blob{id});
  t.execute(
      "INSERT INTO account (id, username, username_skeleton, email_index, password_hash, state, updated_at) "
      "VALUES ($1, $2, '', $3, $4, 'a', $5)",
      {Blob{id}, name, email, Blob{"hash"}, i});
  t.execute("INSERT INTO account_profile (account_id, created_at, profile_sealed) VALUES ($1, $2, $3)",
            {Blob{id}, i, email});
  t.execute(
      "INSERT INTO session (id, account_id, created_at, last_used_at, counter, rotated_at, client_sealed, amr, "
      "auth_time, idle_expires_at, expires_at) VALUES ($1, $1, 1, 2, 3, 4, $2, 'pwd', 5, 6, 7)",
      {Blob{id}, Blob{""}});
}

void add_installation(db::Database& database) {
  database.write_blocking([](Transaction& t) {
    t.execute("INSERT INTO audit_event (at, type, fields) VALUES (1, 'key.rotated', '{}')");
    for (int i = 0; i < kAccounts; ++i) add_account(t, i);
    for (int i = 0; i < 5; ++i) t.execute("INSERT INTO revocation (kind, key, until) VALUES (0, $1, 1)", {Blob{"k"}});
    t.execute("DELETE FROM revocation");
    t.execute("INSERT INTO server_secret (purpose, sealed, created_at) VALUES ('refresh_mac', $1, 7)",
              {Blob{std::string_view("\0s\xff", 3)}});
  });
}

}  // namespace gatehouse::test
