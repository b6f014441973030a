#include "identity/account/account_vault.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <utility>

#include "crypto/blind_index.hpp"
#include "identity/token/data_key.hpp"
#include "platform/base/json.hpp"
#include "platform/base/unavailable.hpp"

namespace gatehouse::identity {
namespace {

// Names the place, so that a sealed value of another account or another column does not open here.
std::string profile_place(contract::AccountId id) { return "account.profile:" + id.to_string(); }

std::string address_place(base::Uuid place) { return "mail_proof.email:" + place.to_string(); }

std::string serialise(const Profile& profile) {
  boost::json::object json{{"email", profile.email}, {"display_name", profile.display_name}};
  if (!profile.language.empty()) json["language"] = profile.language;
  return boost::json::serialize(json);
}

std::optional<Profile> parse(const base::Secret& json) {
  const auto value = base::parse_json(json.expose());
  if (!value || !value->is_object()) return std::nullopt;
  const auto text = [&](const char* name) -> std::string {
    const auto* member = value->get_object().if_contains(name);
    const auto* string = member != nullptr ? member->if_string() : nullptr;
    return string != nullptr ? std::string(string->begin(), string->end()) : std::string();
  };
  return Profile{.email = text("email"), .display_name = text("display_name"), .language = text("language")};
}

}  // namespace

AccountVault::Sealed AccountVault::seal_new(contract::AccountId id, const Profile& profile) const {
  auto seed = new_data_key_seed(random_);
  auto sealed = derive_data_key(account_kek_, id, seed)->seal(serialise(profile), profile_place(id), random_);
  return {.data_key_seed = std::move(seed), .profile = std::move(sealed)};
}

std::string AccountVault::reseal(const AccountRecord& record, const Profile& profile) const {
  const auto data_key = derive_data_key(account_kek_, record.id, record.data_key_seed);
  if (!data_key) throw base::Unavailable("account_data_does_not_open");
  return data_key->seal(serialise(profile), profile_place(record.id), random_);
}

Profile AccountVault::open(const AccountWithProfile& record) const {
  if (record.data_key_seed.empty()) return {};
  const auto data_key = derive_data_key(account_kek_, record.id, record.data_key_seed);
  if (!data_key) throw base::Unavailable("account_data_does_not_open");
  const auto json = data_key->open(record.profile_sealed, profile_place(record.id));
  auto profile = json ? parse(*json) : std::nullopt;
  if (!profile) throw base::Unavailable("account_data_does_not_open");
  return std::move(*profile);
}

std::string AccountVault::seal_address(const AccountRecord& record, base::Uuid place, std::string_view address) const {
  const auto data_key = derive_data_key(account_kek_, record.id, record.data_key_seed);
  if (!data_key) throw base::Unavailable("account_data_does_not_open");
  return data_key->seal(address, address_place(place), random_);
}

std::string AccountVault::open_address(const AccountRecord& record, base::Uuid place, std::string_view sealed) const {
  const auto data_key = derive_data_key(account_kek_, record.id, record.data_key_seed);
  const auto address = data_key ? data_key->open(sealed, address_place(place)) : std::nullopt;
  if (!address) throw base::Unavailable("account_data_does_not_open");
  return std::string(address->expose());
}

std::string AccountVault::email_index(const text::Email& email) const {
  return crypto::blind_index(blind_index_key_, email.expose_normalised());
}

}  // namespace gatehouse::identity
