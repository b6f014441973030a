#include "identity/token/master_key_change.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"

namespace gatehouse::identity {
namespace {

using crypto::MasterKeys;
using crypto::WhichMasterKey;

// A table that holds values sealed under the master key, the name of each row being its `aad`.
struct SealedTable {
  std::string_view all;
  std::string_view update;
};
constexpr std::array<SealedTable, 2> kSealedTables{{
    {"SELECT purpose, sealed FROM server_secret ORDER BY purpose",
     "UPDATE server_secret SET sealed = $2 WHERE purpose = $1"},
    {"SELECT kid, private_sealed FROM signing_key ORDER BY kid",
     "UPDATE signing_key SET private_sealed = $2 WHERE kid = $1"},
}};

struct SealedRow {
  std::string name;
  std::string sealed;
};
std::vector<SealedRow> rows_of(db::Transaction& tx, const SealedTable& table) {
  std::vector<SealedRow> rows;
  tx.query(table.all, {}, [&](const db::Row& row) { rows.push_back({row.text(0), row.blob(1)}); });
  return rows;
}

using Outcome = base::Result<std::size_t, MasterKeyChangeError>;

// Nothing is written before every row has opened: a transaction that returns is committed.
Outcome seal_anew(db::Transaction& tx, const MasterKeys& keys, base::Random& random) {
  struct Fresh {
    std::string_view update;
    SealedRow row;
  };
  std::vector<Fresh> fresh;
  for (const auto& table : kSealedTables) {
    for (auto& row : rows_of(tx, table)) {
      const auto opened = keys.open(row.sealed, row.name);
      if (!opened) return MasterKeyChangeError::sealed_under_another;
      if (opened->by == WhichMasterKey::current) continue;
      row.sealed = keys.current().seal(opened->plain.expose(), row.name, random);
      fresh.push_back({table.update, std::move(row)});
    }
  }
  for (const auto& [update, row] : fresh) tx.execute(update, {row.name, db::Blob{row.sealed}});
  return fresh.size();
}

}  // namespace

std::optional<WhichMasterKey> master_key_in_force(db::Transaction& tx, const MasterKeys& keys) {
  // One transaction seals all of them, so any of them tells.
  const auto secret =
      tx.query_one("SELECT purpose, sealed FROM server_secret ORDER BY purpose LIMIT 1", {}, [](const db::Row& row) {
        return SealedRow{row.text(0), row.blob(1)};
      });
  if (!secret) return WhichMasterKey::current;
  const auto opened = keys.open(secret->sealed, secret->name);
  return opened ? std::optional(opened->by) : std::nullopt;
}

SealedRows count_sealed(db::Transaction& tx, const MasterKeys& keys) {
  SealedRows count;
  for (const auto& table : kSealedTables) {
    for (const auto& row : rows_of(tx, table)) {
      const auto opened = keys.open(row.sealed, row.name);
      ++(!opened ? count.neither : opened->by == WhichMasterKey::current ? count.current : count.previous);
    }
  }
  return count;
}

Outcome replace_master_key(db::Database& database, const MasterKeys& keys, const audit::Author& author,
                           base::Random& random, const base::Clock& clock) {
  return database.write_blocking([&](db::Transaction& tx) -> Outcome {
    auto sealed = seal_anew(tx, keys, random);
    if (!sealed || *sealed == 0) return sealed;
    const audit::Event replaced{.type = audit::type::kMasterKeyReplaced,
                                .fields = {{"sealed_anew", std::to_string(*sealed)}}};
    audit::record(tx, audit::by(author, replaced), clock.now());
    return sealed;
  });
}

}  // namespace gatehouse::identity
