#include "identity/factor/recovery_codes.hpp"

#include <optional>

#include "crypto/mac.hpp"
#include "identity/factor/factor.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

using db::Blob;

constexpr std::size_t kCodeBytes = 15;
constexpr std::size_t kLetters = kCodeBytes * 8 / 5;
constexpr std::size_t kGroup = 6;
constexpr std::size_t kLongestTyped = 64;

// The letters alone, as base32 writes them; nothing when that is no code.
std::optional<std::string> letters_of(std::string_view typed) {
  if (typed.size() > kLongestTyped) return std::nullopt;
  std::string letters;
  for (char c : typed) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!((c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7'))) return std::nullopt;
    letters.push_back(c);
  }
  if (letters.size() != kLetters) return std::nullopt;
  return letters;
}

base::Secret shown(std::string_view letters) {
  std::string text;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (i > 0 && i % kGroup == 0) text.push_back('-');
    const char c = letters[i];
    text.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return base::Secret(std::move(text));
}

}  // namespace

std::string RecoveryCodes::digest(contract::AccountId account, std::string_view letters) const {
  return crypto::hmac_sha256(mac_key_, std::string(account.bytes()).append(letters));
}

std::vector<base::Secret> RecoveryCodes::replace(db::Transaction& tx, contract::AccountId account,
                                                 base::TimePoint now) const {
  remove_all(tx, account);
  std::vector<base::Secret> codes;
  for (std::size_t i = 0; i < kRecoveryCodes; ++i) {
    const std::string letters = base::base32_encode(random_.bytes(kCodeBytes));
    tx.execute("INSERT INTO recovery_code (id, account_id, created_at) VALUES ($1, $2, $3)",
               {Blob{digest(account, letters)}, Blob{account.bytes()}, base::to_unix_ms(now)});
    codes.push_back(shown(letters));
  }
  return codes;
}

bool RecoveryCodes::consume(db::Transaction& tx, contract::AccountId account, std::string_view typed) const {
  const auto letters = letters_of(typed);
  if (!letters) return false;
  return tx.execute("DELETE FROM recovery_code WHERE id = $1 AND account_id = $2",
                    {Blob{digest(account, *letters)}, Blob{account.bytes()}}) == 1;
}

std::size_t RecoveryCodes::count(db::Transaction& tx, contract::AccountId account) const {
  const auto found = tx.query_one("SELECT count(*) FROM recovery_code WHERE account_id = $1", {Blob{account.bytes()}},
                                  [](const db::Row& row) { return row.integer(0); });
  return static_cast<std::size_t>(found.value_or(0));
}

void RecoveryCodes::remove_all(db::Transaction& tx, contract::AccountId account) {
  tx.execute("DELETE FROM recovery_code WHERE account_id = $1", {Blob{account.bytes()}});
}

}  // namespace gatehouse::identity
