#include "identity/recovery/invites.hpp"

#include <stdexcept>
#include <utility>

#include "platform/base/uuid.hpp"
#include "platform/base/words.hpp"
#include "platform/text/email.hpp"
#include "platform/text/username.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

namespace {

Refusal link_refused() { return {.error = AccountError::link_refused}; }

std::optional<base::Uuid> actor_of(const Caller& caller) {
  return caller.account ? std::optional(caller.account->uuid()) : std::nullopt;
}

}  // namespace

Invite Invites::show(const InviteRecord& record) const {
  return {.id = record.id,
          .email = parts_.vault.open(as_account(record)).email,
          .roles = record.roles,
          .invited_by = record.invited_by,
          .created_at = record.created_at,
          .expires_at = record.expires_at};
}

base::Result<void, Refusal> Invites::insert(db::Transaction& tx, const InviteRecord& record) const {
  const bool taken = parts_.accounts.find_by_email_index(tx, record.email_index).has_value();
  if (taken || !store_.insert(tx, record)) return Refusal{.error = AccountError::name_taken};
  parts_.outbox.send(tx, {.kind = MailKind::invite, .reference = record.id.uuid()});
  const auto actor = record.invited_by ? std::optional(record.invited_by->uuid()) : std::nullopt;
  parts_.audit.record(tx, {.type = audit::type::kAccountInvited,
                           .actor = actor,
                           .subject = record.id.uuid(),
                           .fields = {{"roles", base::join_words(record.roles)}}});
  return {};
}

awaitable<base::Result<Invite, Refusal>> Invites::create(std::string email, std::vector<std::string> roles,
                                                         Caller caller) {
  const auto prepared = text::prepare_email(email);
  if (!prepared) co_return invalid_input(email_problem(prepared.error()));
  if (auto refusal = steps_.check_roles(roles)) co_return std::move(*refusal);
  if (auto refusal = steps_.check_giving(caller, roles)) co_return std::move(*refusal);

  const auto now = parts_.clock.now();
  const contract::AccountId id(base::Uuid::v7(parts_.clock, parts_.random));
  auto sealed = parts_.vault.seal_new(id, {.email = prepared->expose(), .display_name = {}});
  const InviteRecord record{.id = id,
                            .email_index = parts_.vault.email_index(*prepared),
                            .data_key_seed = std::move(sealed.data_key_seed),
                            .profile_sealed = std::move(sealed.profile),
                            .roles = base::sorted_words(std::move(roles)),
                            .invited_by = caller.account,
                            .created_at = now,
                            .expires_at = now + kInviteLifetime};
  auto work = [&](db::Transaction& tx) { return insert(tx, record); };
  const auto inserted = co_await parts_.database.write(work);
  if (!inserted) co_return inserted.error();
  const std::string text = id.to_string();
  parts_.log.info("invite_created", {{"invite", text}}, &caller.trace);
  co_return show(record);
}

awaitable<InvitePage> Invites::page(std::optional<contract::AccountId> after, std::size_t limit) {
  auto work = [&](db::Transaction& tx) { return store_.page(tx, after, limit + 1, parts_.clock.now()); };
  auto records = co_await parts_.database.read_stale(work);
  InvitePage page;
  if (records.size() > limit) {  // one more says whether there is a next page
    records.resize(limit);
    page.next = records.back().id;
  }
  for (const auto& record : records) page.invites.push_back(show(record));
  co_return page;
}

base::Result<void, Refusal> Invites::remove(db::Transaction& tx, contract::AccountId id, const Caller& caller) const {
  // One that has expired gives nobody anything: it may go.
  const auto open = store_.find_open(tx, id, parts_.clock.now());
  if (open && steps_.check_giving(caller, open->roles)) return Refusal{.error = AccountError::beyond_own};
  if (!store_.remove(tx, id)) return Refusal{.error = AccountError::not_found};
  parts_.audit.record(tx, {.type = audit::type::kInviteWithdrawn, .actor = actor_of(caller), .subject = id.uuid()});
  return {};
}

awaitable<base::Result<void, Refusal>> Invites::withdraw(contract::AccountId id, Caller caller) {
  auto work = [&](db::Transaction& tx) { return remove(tx, id, caller); };
  const auto removed = co_await parts_.database.write(work);
  if (!removed) co_return removed.error();
  const std::string text = id.to_string();
  parts_.log.info("invite_withdrawn", {{"invite", text}}, &caller.trace);
  co_return base::Result<void, Refusal>();
}

awaitable<bool> Invites::is_open(base::Secret token) {
  const auto id = parts_.tokens.decode(TokenPurpose::invite, token.expose());
  if (!id) co_return false;
  auto look = [&](db::Transaction& tx) {
    return store_.find_open(tx, contract::AccountId(*id), parts_.clock.now()).has_value();
  };
  co_return co_await parts_.database.read(look);
}

base::Result<void, Refusal> Invites::apply(db::Transaction& tx, const NewAccount& account) const {
  const auto open = store_.find_open(tx, account.id, parts_.clock.now());
  if (!open) return link_refused();
  // Whoever invited may have lost what they gave by it. An operator's invite has nobody to ask.
  if (open->invited_by) {
    const auto giver = steps_.as_of(tx, {.address = {}, .agent = {}, .account = open->invited_by});
    if (steps_.check_giving(giver, open->roles)) return link_refused();
  }
  if (!parts_.accounts.insert(tx, account)) return Refusal{.error = AccountError::name_taken};
  if (!store_.remove(tx, account.id)) throw std::logic_error("an invite that was there is gone in one transaction");
  const auto id = account.id.uuid();
  parts_.audit.record(tx, {.type = audit::type::kInviteAccepted, .actor = id, .subject = id});
  return {};
}

awaitable<base::Result<Account, Refusal>> Invites::accept(InviteAcceptance acceptance, Caller caller) {
  const auto id = parts_.tokens.decode(TokenPurpose::invite, acceptance.token.expose());
  if (!id) co_return link_refused();
  const auto username = text::prepare_username(acceptance.username);
  if (!username) co_return invalid_input(username_problem(username.error()));
  if (auto problem = language_problem(acceptance.language)) co_return invalid_input(std::move(*problem));
  auto look = [&](db::Transaction& tx) { return store_.find_open(tx, contract::AccountId(*id), parts_.clock.now()); };
  const auto invite = co_await parts_.database.read(look);
  if (!invite) co_return link_refused();  // before the hash: a dead link costs nothing
  auto profile = parts_.vault.open(as_account(*invite));
  const auto hash = co_await parts_.passwords.choose(acceptance.password, "password",
                                                     {username->canonical(), profile.email}, caller.address);
  if (!hash) co_return hash.error();

  profile.language = acceptance.language;
  const NewAccount account{.id = invite->id,
                           .username = username->canonical(),
                           .username_skeleton = username->skeleton(),
                           .email_index = invite->email_index,
                           .data_key_seed = invite->data_key_seed,
                           .profile_sealed = parts_.vault.reseal(as_account(*invite), profile),
                           .password_hash = *hash,
                           .roles = invite->roles,
                           .created_at = parts_.clock.now()};
  auto work = [&](db::Transaction& tx) { return apply(tx, account); };
  const auto made = co_await parts_.database.write(work);
  if (!made) co_return made.error();
  const std::string text = account.id.to_string();
  parts_.log.info("invite_accepted", {{"account", text}}, &caller.trace);
  co_return account_of(account, std::move(profile));
}

}  // namespace gatehouse::identity
