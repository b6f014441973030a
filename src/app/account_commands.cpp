#include <algorithm>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "app/commands.hpp"
#include "app/erased_list.hpp"
#include "app/identity_role.hpp"
#include "app/workbench.hpp"
#include "identity/account/registration.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/base/words.hpp"

namespace gatehouse::app {
namespace {

using identity::Account;
using identity::Refusal;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : ",").append(word);
  return text;
}

void print(const Account& account, std::ostream& out) {
  out << "id            " << account.id.to_string() << "\nusername      " << account.username << "\nemail         "
      << account.profile.email << "\ndisplay_name  " << account.profile.display_name << "\nlanguage      "
      << account.profile.language << "\nstate         " << to_string(account.state) << "\nroles         "
      << joined(account.roles) << "\ncreated_at_ms " << base::to_unix_ms(account.created_at) << "\n";
}

int complain(const Refusal& refusal, std::ostream& err) {
  switch (refusal.error) {
    case identity::AccountError::not_found: err << "There is no such account.\n"; break;
    case identity::AccountError::name_taken: err << "The username or the e-mail address is taken.\n"; break;
    default: err << "That can't be done:\n"; break;
  }
  for (const auto& problem : refusal.fields) err << "  " << problem.field << ": " << problem.message << "\n";
  return 1;
}

// An id, an address or a username: told apart by their forms.
std::optional<Account> look_up(Installation& installation, const std::string& who) {
  return installation.database->read_blocking([&](db::Transaction& tx) -> std::optional<Account> {
    const auto& steps = installation.account_steps;
    if (const auto id = contract::AccountId::parse(who)) {
      auto shown = steps.show(tx, *id);
      if (!shown) return std::nullopt;
      return std::move(*shown);
    }
    return who.find('@') != std::string::npos ? steps.find_by_email(tx, who) : steps.find_by_username(tx, who);
  });
}

void record_change(const Installation& installation, db::Transaction& tx, std::string_view type,
                   const Account& account) {
  audit::Event event{.type = type, .subject = account.id.uuid(), .fields = {{"by", "operator"}}};
  if (type == audit::type::kRolesSet) event.fields.push_back({"roles", base::join_words(account.roles)});
  installation.audit.record(tx, event);
}

// One step on one account, durable and known to the running process when it returns.
// `event`: empty where the step records its own.
template <class Step>
int change(const Settings& settings, const std::string& who, std::string_view event, const CommandIo& io, Step step) {
  Workbench bench(settings);
  auto& installation = bench.installation();
  const auto account = look_up(installation, who);
  if (!account) return complain({.error = identity::AccountError::not_found}, io.err);
  const auto changed = installation.database->write_blocking([&](db::Transaction& tx) {
    auto done = step(installation, tx, account->id);
    if (done && !event.empty()) record_change(installation, tx, event, done->account);
    return done;
  });
  if (!changed) return complain(changed.error(), io.err);
  print(changed->account, io.out);
  return bench.tell_running_process(io);
}

base::Secret read_first_line(std::istream& in) {
  std::string line;
  std::getline(in, line);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return base::Secret(std::move(line));
}

}  // namespace

int account_create(const Settings& settings, const NewAccountArguments& arguments, const CommandIo& io) {
  Workbench bench(settings);
  auto& installation = bench.installation();
  if (const auto refusal = installation.account_steps.check_roles(arguments.roles)) return complain(*refusal, io.err);
  telemetry::Metrics metrics;
  identity::AccountMetrics account_metrics(metrics);
  const crypto::PasswordHasher hasher(settings.password.cost);
  runtime::Pool hashing({.name = "hashing", .threads = 1});
  limits::SignInThrottle throttle(settings.limit.throttle, bench.clock());
  identity::PasswordWork passwords(hasher, hashing, throttle, password_policy(settings));
  const identity::VerificationMail unused({installation.accounts, installation.proofs, installation.mail, bench.clock(),
                                           installation.random});  // an operator is believed
  identity::Registration registration(
      {*installation.database, installation.accounts, installation.vault, installation.unproven_emails, unused,
       passwords, nullptr, bench.clock(), installation.random, bench.log(), account_metrics},
      {true, settings.registration.default_roles});
  io.err << "Password (one line on standard input): " << std::flush;
  const identity::RegistrationRequest request{arguments.username, arguments.email, read_first_line(io.in)};
  io.err << "\n";
  const auto made = registration.create_blocking(
      request, arguments.roles.empty() ? settings.registration.default_roles : arguments.roles);
  if (!made) return complain(made.error(), io.err);
  print(*made, io.out);
  return 0;
}

int account_list(const Settings& settings, const std::string& username_prefix, std::size_t limit, const CommandIo& io) {
  Workbench bench(settings);
  auto& installation = bench.installation();
  identity::AccountFilter filter;
  filter.username_prefix = username_prefix;
  while (limit > 0) {
    filter.limit = std::min(limit, identity::kMaxAccountsPerPage);
    const auto page = installation.database->read_blocking(
        [&](db::Transaction& tx) { return installation.account_steps.page(tx, filter); });
    for (const auto& account : page.accounts) {
      io.out << account.id.to_string() << "  " << to_string(account.state) << "  " << account.username << "  "
             << joined(account.roles) << "\n";
    }
    limit -= page.accounts.size();
    if (!page.next) break;
    filter.after = page.next;
  }
  return 0;
}

int account_show(const Settings& settings, const std::string& who, const CommandIo& io) {
  Workbench bench(settings);
  const auto account = look_up(bench.installation(), who);
  if (!account) return complain({.error = identity::AccountError::not_found}, io.err);
  print(*account, io.out);
  return 0;
}

int account_set_roles(const Settings& settings, const std::string& who, const std::vector<std::string>& roles,
                      const CommandIo& io) {
  return change(settings, who, audit::type::kRolesSet, io,
                [&](const Installation& at, db::Transaction& tx, contract::AccountId id) {
                  return at.account_steps.set_roles(tx, id, roles);
                });
}

int account_disable(const Settings& settings, const std::string& who, const CommandIo& io) {
  return change(settings, who, audit::type::kAccountDisabled, io,
                [](const Installation& at, db::Transaction& tx, contract::AccountId id) {
                  return at.account_steps.disable(tx, id);
                });
}

int account_enable(const Settings& settings, const std::string& who, const CommandIo& io) {
  return change(settings, who, audit::type::kAccountEnabled, io,
                [](const Installation& at, db::Transaction& tx, contract::AccountId id) {
                  return at.account_steps.enable(tx, id);
                });
}

int account_end_sessions(const Settings& settings, const std::string& who, const CommandIo& io) {
  return change(settings, who, audit::type::kSessionsEndedByAdmin, io,
                [](const Installation& at, db::Transaction& tx, contract::AccountId id) {
                  return at.account_steps.end_sessions(tx, id);
                });
}

int account_reset_factors(const Settings& settings, const std::string& who, const CommandIo& io) {
  return change(settings, who, "", io, [](const Installation& at, db::Transaction& tx, contract::AccountId id) {
    return at.factor_reset.reset(tx, id, std::nullopt);
  });
}

int account_erase(const Settings& settings, const std::string& who, const CommandIo& io) {
  Workbench bench(settings);
  auto& installation = bench.installation();
  const auto account = look_up(installation, who);
  if (!account) return complain({.error = identity::AccountError::not_found}, io.err);
  installation.database->write_blocking([&](db::Transaction& tx) {
    (void)installation.erasures.erase(tx, account->id, {"operator"}, installation.clock.now());
  });
  io.out << "erased " << account->id.to_string() << "\n";
  if (ask_to_look(settings.data.dir) != ControlOutcome::not_running) return bench.tell_running_process(io);
  // Else the housekeeper does that, within a minute; and where there is a Redis, the next one that starts.
  if (settings.cache.redis_url.empty()) {
    complete_erased_list(settings.data.dir, *installation.database, installation.erasures,
                         [&](const auto& gone) { clean_up_behind(installation, gone); });
  }
  if (!installation.database->forget_deleted()) {
    io.err << "Somebody reads an older state of the database: what was erased leaves its log with the next start.\n";
  }
  return 0;
}

int account_erased(const Settings& settings, const CommandIo& io) {
  constexpr std::size_t kPage = 1'000;
  Workbench bench(settings);
  auto& installation = bench.installation();
  for (std::optional<contract::AccountId> after;;) {
    const auto page = installation.database->read_blocking(
        [&](db::Transaction& tx) { return installation.erasures.erased(tx, after, kPage); });
    for (const auto& account : page) {
      io.out << account.id.to_string() << " " << base::to_unix_ms(account.erased_at) << "\n";
    }
    if (page.size() < kPage) return 0;
    after = page.back().id;
  }
}

}  // namespace gatehouse::app
