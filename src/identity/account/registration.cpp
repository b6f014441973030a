#include "identity/account/registration.hpp"

#include <utility>

#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/uuid.hpp"
#include "platform/base/words.hpp"
#include "platform/text/email.hpp"
#include "platform/text/username.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

struct Registration::Prepared {
  text::Username username;
  text::Email email;
  std::string language;
  [[nodiscard]] Profile profile() const { return {.email = email.expose(), .display_name = {}, .language = language}; }
  [[nodiscard]] std::vector<std::string> words() const { return {username.canonical(), email.expose()}; }
};

base::Result<Registration::Prepared, Refusal> Registration::prepare(const RegistrationRequest& request) const {
  Refusal refusal;
  auto username = text::prepare_username(request.username);
  if (!username) refusal.fields.push_back(username_problem(username.error()));
  auto email = text::prepare_email(request.email);
  if (!email) refusal.fields.push_back(email_problem(email.error()));
  if (auto problem = parts_.passwords.check_form(request.password, "password")) {
    refusal.fields.push_back(std::move(*problem));
  }
  if (auto problem = language_problem(request.language)) refusal.fields.push_back(std::move(*problem));
  if (!refusal.fields.empty()) return refusal;
  return Prepared{std::move(*username), std::move(*email), request.language};
}

NewAccount Registration::make_row(const Prepared& prepared, std::string hash, std::vector<std::string> roles) const {
  const contract::AccountId id(base::Uuid::v7(parts_.clock, parts_.random));
  auto sealed = parts_.vault.seal_new(id, prepared.profile());
  return {.id = id,
          .username = prepared.username.canonical(),
          .username_skeleton = prepared.username.skeleton(),
          .email_index = parts_.vault.email_index(prepared.email),
          .data_key_seed = std::move(sealed.data_key_seed),
          .profile_sealed = std::move(sealed.profile),
          .password_hash = std::move(hash),
          .roles = base::sorted_words(std::move(roles)),
          .created_at = parts_.clock.now()};
}

void Registration::note(db::Transaction& tx, const NewAccount& row, audit::Event event) {
  event.subject = row.id.uuid();
  audit::record(tx, event, row.created_at);
}

base::Result<Account, Refusal> Registration::finish(const Prepared& prepared, const NewAccount& row, bool inserted,
                                                    const telemetry::TraceContext* trace) {
  if (!inserted) {
    parts_.log.info("registration_refused", {{"reason", "name_taken"}}, trace);
    return Refusal{.error = AccountError::name_taken};
  }
  parts_.metrics.registered();
  parts_.log.info("account_registered", {{"account", row.id.to_string()}}, trace);
  return account_of(row, prepared.profile());
}

bool Registration::insert_unproven(db::Transaction& tx, const NewAccount& row, const std::string& email_index) const {
  if (!parts_.store.insert(tx, row)) return false;
  parts_.unproven.add(tx, row.id, email_index, row.created_at);
  parts_.verification_mail.send(tx, row.id, email_index);
  return true;
}

awaitable<base::Result<Account, Refusal>> Registration::register_account(RegistrationRequest request, Caller caller) {
  if (!options_.enabled) co_return Refusal{.error = AccountError::registration_closed};
  const auto prepared = prepare(request);
  if (!prepared) co_return prepared.error();
  if (parts_.defence != nullptr) {
    const auto admitted = co_await parts_.defence->admit_newcomer(caller.address, std::move(request.proof));
    if (!admitted) co_return refusal_of(admitted.error());
  }
  const auto hash = co_await parts_.passwords.choose(request.password, "password", prepared->words(), caller.address);
  if (!hash) co_return hash.error();
  NewAccount row = make_row(*prepared, *hash, options_.roles);
  const std::string unproven = options_.email_proof == EmailProof::off ? "" : std::exchange(row.email_index, "");
  auto insert = [&](db::Transaction& tx) {
    const bool done = unproven.empty() ? parts_.store.insert(tx, row).has_value() : insert_unproven(tx, row, unproven);
    if (done) note(tx, row, {.type = audit::type::kAccountRegistered, .actor = row.id.uuid()});
    return done;
  };
  const bool inserted = co_await parts_.database.write(insert);
  co_return finish(*prepared, row, inserted, &caller.trace);
}

base::Result<Account, Refusal> Registration::create_blocking(const RegistrationRequest& request,
                                                             std::vector<std::string> roles) {
  const auto prepared = prepare(request);
  if (!prepared) return prepared.error();
  const auto hash = parts_.passwords.choose_blocking(request.password, "password", prepared->words());
  if (!hash) return hash.error();
  const NewAccount row = make_row(*prepared, *hash, std::move(roles));
  const bool inserted = parts_.database.write_blocking([&](db::Transaction& tx) {
    const bool done = parts_.store.insert(tx, row).has_value();
    audit::Event event{.type = audit::type::kAccountCreated,
                       .fields = {{"by", "operator"}, {"roles", base::join_words(row.roles)}}};
    if (done) note(tx, row, std::move(event));
    return done;
  });
  return finish(*prepared, row, inserted, nullptr);
}

}  // namespace gatehouse::identity
