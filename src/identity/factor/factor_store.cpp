#include "identity/factor/factor_store.hpp"

namespace gatehouse::identity {
namespace {

using db::Blob;

// One list of columns, so that one function reads them all.
#define GATEHOUSE_FACTOR_COLUMNS                                                                                     \
  "SELECT id, account_id, kind, name_sealed, material_sealed, credential_index, counter, created_at, confirmed_at, " \
  "last_used_at FROM factor "

FactorKind kind_of(std::string_view text) { return text == "totp" ? FactorKind::totp : FactorKind::webauthn; }

std::optional<base::TimePoint> optional_time(const db::Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return base::from_unix_ms(row.integer(column));
}

FactorRecord read_factor(const db::Row& row) {
  FactorRecord factor;
  factor.id = FactorId::from_bytes(row.blob(0)).value();
  factor.account = contract::AccountId::from_bytes(row.blob(1)).value();
  factor.kind = kind_of(row.text(2));
  factor.name_sealed = row.blob(3);
  factor.material_sealed = row.blob(4);
  if (!row.is_null(5)) factor.credential_index = row.blob(5);
  factor.counter = row.integer(6);
  factor.created_at = base::from_unix_ms(row.integer(7));
  factor.confirmed_at = optional_time(row, 8);
  factor.last_used_at = optional_time(row, 9);
  return factor;
}

db::Value time_or_null(const std::optional<base::TimePoint>& time) {
  return time ? db::Value(base::to_unix_ms(*time)) : db::Value(nullptr);
}

}  // namespace

bool FactorStore::insert(db::Transaction& tx, const FactorRecord& factor) const {
  const db::Value index =
      factor.credential_index.empty() ? db::Value(nullptr) : db::Value(Blob{factor.credential_index});
  try {
    tx.execute(
        "INSERT INTO factor (id, account_id, kind, name_sealed, material_sealed, credential_index, counter, "
        "created_at, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        {Blob{factor.id.bytes()}, Blob{factor.account.bytes()}, to_string(factor.kind), Blob{factor.name_sealed},
         Blob{factor.material_sealed}, index, factor.counter, base::to_unix_ms(factor.created_at),
         time_or_null(factor.confirmed_at)});
  } catch (const db::UniqueViolation&) {
    return false;
  }
  return true;
}

std::optional<FactorRecord> FactorStore::find(db::Transaction& tx, FactorId id) const {
  return tx.query_one(GATEHOUSE_FACTOR_COLUMNS "WHERE id = $1", {Blob{id.bytes()}}, read_factor);
}

std::optional<FactorRecord> FactorStore::find_by_credential(db::Transaction& tx, std::string_view index) const {
  return tx.query_one(GATEHOUSE_FACTOR_COLUMNS "WHERE credential_index = $1", {Blob{index}}, read_factor);
}

std::vector<FactorRecord> FactorStore::list(db::Transaction& tx, contract::AccountId account) const {
  std::vector<FactorRecord> factors;
  tx.query(GATEHOUSE_FACTOR_COLUMNS "WHERE account_id = $1 AND confirmed_at IS NOT NULL ORDER BY id",
           {Blob{account.bytes()}}, [&](const db::Row& row) { factors.push_back(read_factor(row)); });
  return factors;
}

std::vector<FactorKind> FactorStore::kinds(db::Transaction& tx, contract::AccountId account) const {
  std::vector<FactorKind> kinds;
  tx.query("SELECT DISTINCT kind FROM factor WHERE account_id = $1 AND confirmed_at IS NOT NULL ORDER BY kind",
           {Blob{account.bytes()}}, [&](const db::Row& row) { kinds.push_back(kind_of(row.text(0))); });
  return kinds;
}

bool FactorStore::confirm(db::Transaction& tx, FactorId id, std::int64_t step, base::TimePoint now) const {
  return tx.execute("UPDATE factor SET confirmed_at = $3, counter = $2 WHERE id = $1 AND confirmed_at IS NULL",
                    {Blob{id.bytes()}, step, base::to_unix_ms(now)}) == 1;
}

bool FactorStore::use_totp_step(db::Transaction& tx, FactorId id, std::int64_t step, base::TimePoint now) const {
  return tx.execute("UPDATE factor SET counter = $2, last_used_at = $3 WHERE id = $1 AND counter < $2",
                    {Blob{id.bytes()}, step, base::to_unix_ms(now)}) == 1;
}

bool FactorStore::advance_signature_counter(db::Transaction& tx, FactorId id, std::int64_t expected,
                                            std::int64_t counter, base::TimePoint now) const {
  return tx.execute("UPDATE factor SET counter = $3, last_used_at = $4 WHERE id = $1 AND counter = $2",
                    {Blob{id.bytes()}, expected, counter, base::to_unix_ms(now)}) == 1;
}

bool FactorStore::rename(db::Transaction& tx, contract::AccountId account, FactorId id,
                         std::string_view name_sealed) const {
  return tx.execute("UPDATE factor SET name_sealed = $3 WHERE id = $1 AND account_id = $2 AND confirmed_at IS NOT NULL",
                    {Blob{id.bytes()}, Blob{account.bytes()}, Blob{name_sealed}}) == 1;
}

bool FactorStore::remove(db::Transaction& tx, contract::AccountId account, FactorId id) const {
  return tx.execute("DELETE FROM factor WHERE id = $1 AND account_id = $2 AND confirmed_at IS NOT NULL",
                    {Blob{id.bytes()}, Blob{account.bytes()}}) == 1;
}

std::size_t FactorStore::remove_all(db::Transaction& tx, contract::AccountId account) const {
  remove_unconfirmed(tx, account);
  return static_cast<std::size_t>(tx.execute("DELETE FROM factor WHERE account_id = $1", {Blob{account.bytes()}}));
}

void FactorStore::remove_unconfirmed(db::Transaction& tx, contract::AccountId account) const {
  tx.execute("DELETE FROM factor WHERE account_id = $1 AND confirmed_at IS NULL", {Blob{account.bytes()}});
}

}  // namespace gatehouse::identity
