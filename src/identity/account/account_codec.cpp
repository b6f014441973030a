#include "identity/account/account_codec.hpp"

#include <utility>

#include "platform/base/encoding.hpp"
#include "platform/base/words.hpp"

namespace gatehouse::identity {
namespace {

constexpr char kVersion = 3;

void put(std::string& out, std::string_view field) {
  out += base::encode_u64(field.size());
  out += field;
}

// The fields one after another; once one is missing, all later ones are, too.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}

  std::string_view text() {
    if (rest_.size() < 8) return fail();
    const auto size = base::decode_u64(rest_.substr(0, 8));
    rest_.remove_prefix(8);
    if (size > rest_.size()) return fail();
    const auto field = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return field;
  }
  std::int64_t number() {
    if (rest_.size() < 8) return fail(), 0;
    const auto value = base::decode_u64(rest_.substr(0, 8));
    rest_.remove_prefix(8);
    return static_cast<std::int64_t>(value);
  }
  [[nodiscard]] bool complete() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view fail() {
    failed_ = true;
    rest_ = {};
    return {};
  }
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::string encode_account(const AccountWithProfile& record) {
  std::string out(1, kVersion);
  put(out, record.id.bytes());
  put(out, record.username);
  put(out, record.email_index);
  put(out, record.data_key_seed);
  put(out, record.profile_sealed);
  put(out, base::join_words(record.roles));
  out += base::encode_u64(record.state == AccountState::active ? 1 : 0);
  out += base::encode_u64(static_cast<unsigned long long>(record.epoch));
  out += base::encode_u64(static_cast<unsigned long long>(base::to_unix_ms(record.created_at)));
  return out;
}

std::optional<AccountWithProfile> decode_account(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kVersion) return std::nullopt;
  Fields fields(bytes.substr(1));
  const auto id = contract::AccountId::from_bytes(fields.text());
  AccountWithProfile record;
  record.username = fields.text();
  record.email_index = fields.text();
  record.data_key_seed = fields.text();
  record.profile_sealed = fields.text();
  record.roles = base::split_words(fields.text());
  record.state = fields.number() == 1 ? AccountState::active : AccountState::disabled;
  record.epoch = fields.number();
  record.created_at = base::from_unix_ms(fields.number());
  if (!id || !fields.complete()) return std::nullopt;
  record.id = *id;
  return record;
}

}  // namespace gatehouse::identity
