#include "identity/factor/factor_vault.hpp"

#include <utility>

#include "identity/token/data_key.hpp"
#include "platform/base/unavailable.hpp"

namespace gatehouse::identity {
namespace {

std::string place_of(FactorId factor, FactorVault::Part part) {
  return (part == FactorVault::Part::name ? "factor.name:" : "factor.material:") + factor.to_string();
}

}  // namespace

crypto::SealingKey FactorVault::key_of(const AccountRecord& account) const {
  auto key = derive_data_key(account_kek_, account.id, account.data_key_seed);
  if (!key) throw base::Unavailable("account_data_key_does_not_open");
  return std::move(*key);
}

std::string FactorVault::seal(const AccountRecord& account, FactorId factor, Part part, std::string_view plain) const {
  return key_of(account).seal(plain, place_of(factor, part), random_);
}

base::Secret FactorVault::open(const AccountRecord& account, FactorId factor, Part part,
                               std::string_view sealed) const {
  auto plain = key_of(account).open(sealed, place_of(factor, part));
  if (!plain) throw base::Unavailable("factor_does_not_open");
  return std::move(*plain);
}

}  // namespace gatehouse::identity
