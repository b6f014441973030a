#include "identity/proof/mail_proof_store.hpp"

#include <array>
#include <chrono>
#include <stdexcept>

namespace gatehouse::identity {
namespace {

using db::Blob;
using db::Value;

constexpr std::array<std::string_view, 4> kPurposes{"verify_email", "change_email", "restore_email", "reset_password"};
constexpr auto kKeepExpired = std::chrono::hours(1);  // they still count in made_since()

#define GATEHOUSE_PROOF_COLUMNS "id, account_id, purpose, email_index, email_sealed, created_at, expires_at"

ProofPurpose purpose_of(std::string_view name) {
  for (std::size_t i = 0; i < kPurposes.size(); ++i) {
    if (kPurposes[i] == name) return static_cast<ProofPurpose>(i);
  }
  throw std::runtime_error("mail_proof.purpose holds a word that is none");
}

contract::AccountId account_in(const db::Row& row, int column) {
  if (row.is_null(column)) return contract::AccountId();
  return contract::AccountId::from_bytes(row.blob(column)).value();
}

OpenProof read_open(const db::Row& row) {
  return {.id = base::Uuid::from_bytes(row.blob(0)).value(), .account = account_in(row, 1)};
}

std::string attempt_id(std::string_view subject, ProofPurpose purpose) {
  return std::string(to_string(purpose)).append(":").append(subject);
}

MailProof read_proof(const db::Row& row) {
  return {.id = base::Uuid::from_bytes(row.blob(0)).value(),
          .account = account_in(row, 1),
          .purpose = purpose_of(row.text(2)),
          .email_index = row.blob(3),
          .email_sealed = row.is_null(4) ? std::string() : row.blob(4),
          .created_at = base::from_unix_ms(row.integer(5)),
          .expires_at = base::from_unix_ms(row.integer(6))};
}

}  // namespace

std::string_view to_string(ProofPurpose purpose) { return kPurposes.at(static_cast<std::size_t>(purpose)); }

void MailProofStore::add(db::Transaction& tx, const MailProof& proof) const {
  tx.execute(
      "INSERT INTO mail_proof (" GATEHOUSE_PROOF_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7)",
      {Blob{proof.id.bytes()}, proof.account.uuid().is_nil() ? Value(nullptr) : Value(Blob{proof.account.bytes()}),
       to_string(proof.purpose), Blob{proof.email_index},
       proof.email_sealed.empty() ? Value(nullptr) : Value(Blob{proof.email_sealed}),
       base::to_unix_ms(proof.created_at), base::to_unix_ms(proof.expires_at)});
}

std::optional<MailProof> MailProofStore::find(db::Transaction& tx, base::Uuid id) const {
  return tx.query_one("SELECT " GATEHOUSE_PROOF_COLUMNS " FROM mail_proof WHERE id = $1", {Blob{id.bytes()}},
                      read_proof);
}

std::optional<MailProof> MailProofStore::find_open(db::Transaction& tx, base::Uuid id, ProofPurpose purpose,
                                                   base::TimePoint now) const {
  return tx.query_one("SELECT " GATEHOUSE_PROOF_COLUMNS
                      " FROM mail_proof WHERE id = $1 AND purpose = $2 AND closed_at IS NULL AND expires_at > $3",
                      {Blob{id.bytes()}, to_string(purpose), base::to_unix_ms(now)}, read_proof);
}

std::optional<MailProof> MailProofStore::consume(db::Transaction& tx, base::Uuid id, ProofPurpose purpose,
                                                 base::TimePoint now) const {
  auto consumed = tx.query_one(
      "UPDATE mail_proof SET closed_at = $3 WHERE id = $1 AND purpose = $2 AND closed_at IS NULL AND expires_at > $3 "
      "RETURNING " GATEHOUSE_PROOF_COLUMNS,
      {Blob{id.bytes()}, to_string(purpose), base::to_unix_ms(now)}, read_proof);
  if (!consumed) return consumed;
  if (purpose != ProofPurpose::restore_email) {
    close_all(tx, consumed->account, {purpose}, now);
  } else {
    tx.execute(
        "UPDATE mail_proof SET closed_at = $3 WHERE account_id = $1 AND purpose = $2 AND closed_at IS NULL AND "
        "created_at >= $4",
        {Blob{consumed->account.bytes()}, to_string(purpose), base::to_unix_ms(now),
         base::to_unix_ms(consumed->created_at)});
  }
  return consumed;
}

bool MailProofStore::count_code_attempt(db::Transaction& tx, std::string_view subject, ProofPurpose purpose,
                                        base::TimePoint now) const {
  const std::string id = attempt_id(subject, purpose);
  const auto tried = tx.query_one(
      "INSERT INTO code_attempt (id, attempts, until) VALUES ($1, 1, $2) "
      "ON CONFLICT (id) DO UPDATE SET "
      "attempts = CASE WHEN code_attempt.until > $3 THEN code_attempt.attempts + 1 ELSE 1 END, "
      "until = CASE WHEN code_attempt.until > $3 THEN code_attempt.until ELSE $2 END "
      "RETURNING attempts",
      {Blob{id}, base::to_unix_ms(now + kCodeAttemptsLast), base::to_unix_ms(now)},
      [](const db::Row& row) { return row.integer(0); });
  return tried.value() <= kMaxCodeAttempts;
}

void MailProofStore::give_back_code_attempt(db::Transaction& tx, std::string_view subject, ProofPurpose purpose) const {
  tx.execute("UPDATE code_attempt SET attempts = attempts - 1 WHERE id = $1", {Blob{attempt_id(subject, purpose)}});
}

void MailProofStore::forget_code_attempts(db::Transaction& tx, std::string_view subject) const {
  for (std::size_t i = 0; i < kPurposes.size(); ++i) {
    tx.execute("DELETE FROM code_attempt WHERE id = $1", {Blob{attempt_id(subject, static_cast<ProofPurpose>(i))}});
  }
}

std::vector<OpenProof> MailProofStore::open_of(db::Transaction& tx, contract::AccountId account, ProofPurpose purpose,
                                               base::TimePoint now) const {
  std::vector<OpenProof> open;
  tx.query(
      "SELECT id, account_id FROM mail_proof WHERE account_id = $1 AND purpose = $2 AND closed_at IS NULL AND "
      "expires_at > $3 ORDER BY created_at DESC, id LIMIT $4",
      {Blob{account.bytes()}, to_string(purpose), base::to_unix_ms(now), std::int64_t{kProofsLookedAt}},
      [&](const db::Row& row) { open.push_back(read_open(row)); });
  return open;
}

// Out of the index alone. An address that nobody has may have as many (docs/adr/0061).
std::vector<OpenProof> MailProofStore::open_for(db::Transaction& tx, std::string_view email_index, ProofPurpose purpose,
                                                base::TimePoint now) const {
  std::vector<OpenProof> open;
  open.reserve(kProofsLookedAt);
  tx.query(
      "SELECT id, account_id FROM mail_proof WHERE email_index = $1 AND purpose = $2 AND closed_at IS NULL AND "
      "expires_at > $3 ORDER BY created_at DESC, id LIMIT $4",
      {Blob{email_index}, to_string(purpose), base::to_unix_ms(now), std::int64_t{kProofsLookedAt}},
      [&](const db::Row& row) { open.push_back(read_open(row)); });
  return open;
}

void MailProofStore::close_all(db::Transaction& tx, contract::AccountId account,
                               std::initializer_list<ProofPurpose> purposes, base::TimePoint now) const {
  for (const auto purpose : purposes) {
    tx.execute("UPDATE mail_proof SET closed_at = $3 WHERE account_id = $1 AND purpose = $2 AND closed_at IS NULL",
               {Blob{account.bytes()}, to_string(purpose), base::to_unix_ms(now)});
  }
}

std::size_t MailProofStore::made_since(db::Transaction& tx, std::string_view email_index, ProofPurpose purpose,
                                       base::TimePoint since) const {
  const auto made =
      tx.query_one("SELECT count(*) FROM mail_proof WHERE email_index = $1 AND purpose = $2 AND created_at > $3",
                   {Blob{email_index}, to_string(purpose), base::to_unix_ms(since)},
                   [](const db::Row& row) { return row.integer(0); });
  return static_cast<std::size_t>(made.value_or(0));
}

std::size_t MailProofStore::sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const {
  if (!tx.try_lock("mail proof sweep")) return 0;
  const auto most = static_cast<std::int64_t>(limit);
  const auto proofs = tx.execute(
      "DELETE FROM mail_proof WHERE id IN (SELECT id FROM mail_proof WHERE expires_at <= $1 ORDER BY expires_at LIMIT "
      "$2)",
      {base::to_unix_ms(now - kKeepExpired), most});
  const auto attempts = tx.execute(
      "DELETE FROM code_attempt WHERE until <= $1 AND id IN "  // said twice: it may have begun to count anew
      "(SELECT id FROM code_attempt WHERE until <= $1 ORDER BY until LIMIT $2)",
      {base::to_unix_ms(now), most - proofs});
  return static_cast<std::size_t>(proofs + attempts);
}

#undef GATEHOUSE_PROOF_COLUMNS

}  // namespace gatehouse::identity
