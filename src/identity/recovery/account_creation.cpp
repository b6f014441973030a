#include "identity/recovery/account_creation.hpp"

#include <utility>

#include "platform/base/uuid.hpp"
#include "platform/base/words.hpp"
#include "platform/text/email.hpp"
#include "platform/text/username.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

bool AccountCreation::insert(db::Transaction& tx, const NewAccount& row, bool letter, const Caller& caller) const {
  if (!parts_.accounts.insert(tx, row)) return false;
  audit::Event event{.type = audit::type::kAccountCreated,
                     .subject = row.id.uuid(),
                     .fields = {{"roles", base::join_words(row.roles)}}};
  if (caller.account) event.actor = caller.account->uuid();
  parts_.audit.record(tx, event);
  if (!letter) return true;
  const auto proof = add_proof(parts_, tx, row.id, ProofPurpose::reset_password, row.email_index);
  parts_.outbox.send(tx, {.kind = MailKind::reset_password, .account = row.id, .reference = proof.id});
  return true;
}

awaitable<base::Result<Account, Refusal>> AccountCreation::create(AccountWish wish, Caller caller) {
  const auto username = text::prepare_username(wish.username);
  const auto email = text::prepare_email(wish.email);
  Refusal refusal;
  if (!username) refusal.fields.push_back(username_problem(username.error()));
  if (!email) refusal.fields.push_back(email_problem(email.error()));
  if (const auto unknown = steps_.check_roles(wish.roles)) refusal.fields.push_back(unknown->fields.front());
  if (!refusal.fields.empty()) co_return refusal;
  if (auto beyond = steps_.check_giving(caller, wish.roles)) co_return std::move(*beyond);

  std::string hash(kNoPassword);
  if (wish.password) {
    auto chosen = co_await parts_.passwords.choose(*wish.password, "password", {username->canonical(), email->expose()},
                                                   caller.address);
    if (!chosen) co_return chosen.error();
    hash = std::move(*chosen);
  }
  const contract::AccountId id(base::Uuid::v7(parts_.clock, parts_.random));
  Profile profile{.email = email->expose(), .display_name = {}};
  auto sealed = parts_.vault.seal_new(id, profile);
  const NewAccount row{.id = id,
                       .username = username->canonical(),
                       .username_skeleton = username->skeleton(),
                       .email_index = parts_.vault.email_index(*email),
                       .data_key_seed = std::move(sealed.data_key_seed),
                       .profile_sealed = std::move(sealed.profile),
                       .password_hash = std::move(hash),
                       .roles = base::sorted_words(std::move(wish.roles)),
                       .created_at = parts_.clock.now()};
  auto work = [&](db::Transaction& tx) { return insert(tx, row, !wish.password, caller); };
  if (!co_await parts_.database.write(work)) co_return Refusal{.error = AccountError::name_taken};
  const std::string account = id.to_string();
  const std::string by = caller.account ? caller.account->to_string() : "";
  parts_.log.info("account_created", {{"account", account}, {"by", by}}, &caller.trace);
  co_return account_of(row, std::move(profile));
}

}  // namespace gatehouse::identity
