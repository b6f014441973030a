#include "app/command_line.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "app/config_command.hpp"
#include "app/serve.hpp"
#include "app/version.hpp"

namespace gatehouse::app {
namespace {

// What the flags that every command shares were given, and what the chosen command is to do.
struct Invocation {
  std::string config;
  std::string data;
  std::string listen;
  std::string roles;
  std::function<int()> run;

  [[nodiscard]] SettingsSources sources() const {
    SettingsSources sources;
    if (!config.empty()) sources.file = config;
    sources.environment = process_environment();
    if (!data.empty()) sources.flags.push_back({"--data", "data.dir", data});
    if (!listen.empty()) sources.flags.push_back({"--listen", "server.listen", listen});
    if (!roles.empty()) sources.flags.push_back({"--roles", "process.roles", roles});
    return sources;
  }

  // Loads the settings and hands them on; prints what is wrong with them otherwise.
  int with_settings(const std::function<int(const Settings&)>& command) const {
    const auto loaded = load_settings(sources());
    if (!loaded) {
      print_problems(loaded.error(), std::cerr);
      return 1;
    }
    return command(loaded->settings);
  }
};

CommandIo standard_io() { return {std::cin, std::cout, std::cerr}; }

CLI::App* add_command(CLI::App& parent, Invocation& invocation, const std::string& name, const std::string& help) {
  CLI::App* const command = parent.add_subcommand(name, help);
  command->add_option("--config", invocation.config,
                      "Configuration file (TOML); default: $GATEHOUSE_CONFIG, else none");
  command->add_option("--data", invocation.data, "Data folder (data.dir)");
  return command;
}

using OnSettings = std::function<int(const Settings&)>;
void runs(CLI::App* command, Invocation& invocation, OnSettings action) {
  command->callback([&invocation, action = std::move(action)] {
    invocation.run = [&invocation, action] { return invocation.with_settings(action); };
  });
}

void add_serve(CLI::App& app, Invocation& invocation) {
  CLI::App* const command = add_command(app, invocation, "serve", "Run the service until SIGTERM");
  command->add_option("--listen", invocation.listen, "ADDRESS:PORT of the public listener (server.listen)");
  command->add_option("--roles", invocation.roles, "Roles of this process, separated by commas: identity,gate");
  runs(command, invocation, serve);
}

void add_config(CLI::App& app, Invocation& invocation) {
  CLI::App* const config = app.add_subcommand("config", "Check and show the configuration")->require_subcommand(1);
  add_command(*config, invocation, "check", "Say what is wrong with it, each with its remedy")->callback([&invocation] {
    invocation.run = [&invocation] { return config_check(invocation.sources(), std::cout, std::cerr); };
  });
  CLI::App* const show = add_command(*config, invocation, "show", "Every setting, its value and where it came from");
  static bool json = false;
  show->add_flag("--json", json, "As JSON");
  show->callback([&invocation] {
    invocation.run = [&invocation] { return config_show(invocation.sources(), json, std::cout, std::cerr); };
  });
  config->add_subcommand("docs", "")->group("")->callback([&invocation] {  // hidden: writes the reference page
    invocation.run = [] {
      std::cout << render_reference();
      return 0;
    };
  });
}

void add_account_changes(CLI::App& account, Invocation& invocation, std::string& who) {
  const auto on_one = [&](const char* name, const char* help, auto action) {
    CLI::App* const command = add_command(account, invocation, name, help);
    command->add_option("account", who, "Id, username or e-mail address")->required();
    runs(command, invocation, [&who, action](const Settings& s) { return action(s, who, standard_io()); });
  };
  on_one("show", "One account", account_show);
  on_one("disable", "No sign-in any more; every session ends at once", account_disable);
  on_one("enable", "Sign-in is possible again", account_enable);
  on_one("end-sessions", "Every session and token ends at once", account_end_sessions);
  on_one("reset-factors", "Remove all second factors and recovery codes, and end every session", account_reset_factors);

  on_one("erase", "All that is held of the member is destroyed, for good and at once", account_erase);
  runs(add_command(account, invocation, "erased", "The ids of erased accounts, for `restore --erased`"), invocation,
       [](const Settings& s) { return account_erased(s, standard_io()); });

  static std::vector<std::string> roles;
  CLI::App* const set_roles = add_command(account, invocation, "set-roles", "Replace the roles; effective at once");
  set_roles->add_option("account", who, "Id, username or e-mail address")->required();
  set_roles->add_option("roles", roles, "Names of roles (`roles list`); none at all: no role");
  runs(set_roles, invocation, [&who](const Settings& s) { return account_set_roles(s, who, roles, standard_io()); });
}

void add_account_files(CLI::App& account, Invocation& invocation) {
  static ImportArguments in;
  static ExportArguments out;
  static std::string on_duplicate = "skip";
  CLI::App* const import =
      add_command(account, invocation, "import", "Bring in the accounts of a file; see docs/ops/import.md");
  import->add_option("file", in.file, "NDJSON or CSV")->required()->check(CLI::ExistingFile);
  import->add_option("--format", in.format, "Default: by the name of the file")
      ->check(CLI::IsMember({"ndjson", "csv"}));
  import->add_option("--on-duplicate", on_duplicate, "A name that is taken: skip the line, or stop")
      ->check(CLI::IsMember({"skip", "fail"}))
      ->capture_default_str();
  import->add_option("--report", in.report, "Where refused lines are named; default: FILE.refused");
  import->add_option("--threads", in.threads, "Default: one a core")->check(CLI::Range(1, 64));
  import->add_flag("--allow-missing-passwords", in.allow_missing_passwords,
                   "Also lines without a hash; nobody signs in there until a password is set");
  runs(import, invocation, [](const Settings& s) {
    in.fail_on_duplicate = on_duplicate == "fail";
    in.terminal = ::isatty(STDERR_FILENO) == 1;
    return account_import(s, in, standard_io());
  });

  CLI::App* const export_all =
      add_command(account, invocation, "export", "Write every account to a new file, as NDJSON");
  export_all->add_option("file", out.file, "Must not exist; only its owner may read it")->required();
  export_all->add_flag("--with-password-hashes", out.password_hashes, "Whoever reads them can test guesses");
  runs(export_all, invocation, [](const Settings& s) { return account_export(s, out, standard_io()); });
}

void add_account(CLI::App& app, Invocation& invocation) {
  static NewAccountArguments fresh;
  static std::string who;
  static std::string prefix;
  static std::size_t limit = 100;
  CLI::App* const account = app.add_subcommand("account", "Create and manage accounts")->require_subcommand(1);

  CLI::App* const create = add_command(*account, invocation, "create", "The password is read from standard input");
  create->add_option("--username", fresh.username, "Username")->required();
  create->add_option("--email", fresh.email, "E-mail address")->required();
  create->add_option("--role", fresh.roles, "A role (`roles list`); may be given more than once");
  runs(create, invocation, [](const Settings& s) { return account_create(s, fresh, standard_io()); });

  CLI::App* const list = add_command(*account, invocation, "list", "Accounts: id, state, username, roles");
  list->add_option("--prefix", prefix, "Only usernames that begin so");
  list->add_option("--limit", limit, "At most so many")->capture_default_str();
  runs(list, invocation, [](const Settings& s) { return account_list(s, prefix, limit, standard_io()); });

  add_account_changes(*account, invocation, who);
  add_account_files(*account, invocation);
}

void add_migrate(CLI::App& app, Invocation& invocation) {
  static std::string from;
  static std::string to;
  CLI::App* const migrate =
      add_command(app, invocation, "migrate", "Bring the database to what this program needs, or move to another");
  CLI::Option* const source = migrate->add_option("--from", from, "sqlite:FILE of an installation that is stopped");
  CLI::Option* const target =
      migrate->add_option("--to", to, "postgresql://… of an empty database, or postgres: for database.url");
  source->needs(target);
  target->needs(source);
  runs(migrate, invocation, [](const Settings& s) {
    return from.empty() ? migrate_command(s, standard_io()) : migrate_copy(s, from, to, standard_io());
  });
}

void add_backup(CLI::App& app, Invocation& invocation) {
  static BackupArguments made;
  static BackupSource source;
  static std::string key_file;
  static std::vector<std::string> erased;
  CLI::App* const backup = add_command(app, invocation, "backup", "Save everything to one sealed file, while running");
  backup->require_subcommand(0, 1);
  backup->add_option("--to", made.file, "Must not exist; see docs/ops/backup.md");
  backup->add_option("--recipient", made.recipient,
                     "Public key that it is sealed for; default: a passphrase from standard input");
  backup->add_flag("--with-master-key", made.with_master_key, "Whoever opens the backup needs nothing else then");
  backup->callback([&invocation, backup] {
    if (!backup->get_subcommands().empty()) return;  // which has its own
    invocation.run = [&invocation] {
      if (made.file.empty()) throw std::runtime_error("backup: --to says where");
      return invocation.with_settings([](const Settings& s) { return backup_make(s, made, standard_io()); });
    };
  });
  CLI::App* const keygen = backup->add_subcommand("keygen", "A key that opens backups, and the one that seals them");
  keygen->add_option("--to", key_file, "Where the key that opens is written; must not exist")->required();
  keygen->callback([&invocation] { invocation.run = [] { return backup_keygen(key_file, standard_io()); }; });
  CLI::App* const verify = backup->add_subcommand("verify", "Read a backup to its end");
  CLI::App* const restoring = add_command(app, invocation, "restore", "Fill an empty database from a backup");
  for (CLI::App* const command : {verify, restoring}) {
    command->add_option("--from", source.file, "The backup")->required()->check(CLI::ExistingFile);
    command->add_option("--key", source.key_file, "File of `backup keygen`; default: a passphrase from standard input");
  }
  verify->callback([&invocation] { invocation.run = [] { return backup_verify(source, standard_io()); }; });
  restoring->add_option("--erased", erased, "Accounts that were erased since: a list of `account erased`")
      ->check(CLI::ExistingFile);
  runs(restoring, invocation, [](const Settings& s) { return restore(s, source, erased, standard_io()); });
}

void add_roles(CLI::App& app, Invocation& invocation) {
  static std::string name;
  static std::vector<std::string> permissions;
  CLI::App* const roles = app.add_subcommand("roles", "What each role may do")->require_subcommand(1);
  runs(add_command(*roles, invocation, "list", "All roles, their permissions, and what [roles] says otherwise"),
       invocation, [](const Settings& s) { return roles_list(s, standard_io()); });

  CLI::App* const set =
      add_command(*roles, invocation, "set", "Define a role, new or not; in force at every gate at once");
  set->add_option("role", name, "Its name")->required();
  set->add_option("permissions", permissions, "resource:action, resource:action:own; none at all: no permission");
  runs(set, invocation, [](const Settings& s) { return roles_set(s, name, permissions, standard_io()); });

  CLI::App* const remove = add_command(*roles, invocation, "remove", "Whoever has it has nothing by it any more");
  remove->add_option("role", name, "Its name")->required();
  runs(remove, invocation, [](const Settings& s) { return roles_remove(s, name, standard_io()); });

  runs(add_command(*roles, invocation, "reset", "The roles are those of [roles] in the configuration again"),
       invocation, [](const Settings& s) { return roles_reset(s, standard_io()); });
}

void add_keys_and_tokens(CLI::App& app, Invocation& invocation) {
  static std::string kid;
  CLI::App* const keys = app.add_subcommand("keys", "The keys that sign tokens")->require_subcommand(1);
  runs(add_command(*keys, invocation, "list", "All keys and their states"), invocation,
       [](const Settings& s) { return keys_list(s, standard_io()); });
  runs(add_command(*keys, invocation, "rotate", "Sign with the next key from now on; no token is refused"), invocation,
       [](const Settings& s) { return keys_rotate(s, standard_io()); });
  CLI::App* const revoke = add_command(*keys, invocation, "revoke", "Void a key and every token it signed, at once");
  revoke->add_option("kid", kid, "The key's name, from `keys list`")->required();
  runs(revoke, invocation, [](const Settings& s) { return keys_revoke(s, kid, standard_io()); });

  CLI::App* const token = app.add_subcommand("token", "Look into access tokens")->require_subcommand(1);
  runs(add_command(*token, invocation, "verify", "Would a gate let it pass? The token is read from standard input"),
       invocation, [](const Settings& s) { return token_verify(s, standard_io()); });
}

void add_master_key(CLI::App& app, Invocation& invocation) {
  CLI::App* const master =
      app.add_subcommand("master-key", "The key that seals all other keys; see docs/ops/master-key.md")
          ->require_subcommand(1);
  runs(add_command(*master, invocation, "status", "Is the previous key needed still? Then the exit status is 1"),
       invocation, [](const Settings& s) { return master_key_status(s, standard_io()); });
  runs(add_command(*master, invocation, "rotate", "Seal under the new key what the previous one sealed"), invocation,
       [](const Settings& s) { return master_key_rotate(s, standard_io()); });
}

void add_audit(CLI::App& app, Invocation& invocation) {
  static AuditVerifyArguments verify;
  static std::string from;
  static std::string until;
  CLI::App* const audit = app.add_subcommand("audit", "The audit log")->require_subcommand(1);

  CLI::App* const check = add_command(*audit, invocation, "verify", "Is it as it was sealed? Says what is not");
  check->add_option("--file", verify.file, "An export, instead of the log in the database");
  check->add_option("--key", verify.key, "The key an export must be signed with, from `audit key`")->needs("--file");
  check->add_option("--witness", verify.witnesses, "NUMBER:SHA256 of a batch that has to be there still");
  runs(check, invocation, [](const Settings& s) { return audit_verify(s, verify, standard_io()); });

  CLI::App* const export_log = add_command(*audit, invocation, "export", "NDJSON that verifies on its own");
  export_log->add_option("--from", from, "2026-01-31 or 2026-01-31T12:00:00Z: sealed then or later");
  export_log->add_option("--to", until, "Sealed before");
  runs(export_log, invocation, [](const Settings& s) { return audit_export(s, from, until, standard_io()); });

  runs(add_command(*audit, invocation, "key", "The public key it is signed with"), invocation,
       [](const Settings& s) { return audit_show_key(s, standard_io()); });
}

void add_errors(CLI::App& app, Invocation& invocation) {
  static std::string id;
  static std::size_t limit = 20;
  CLI::App* const errors =
      app.add_subcommand("errors", "Answers 5xx that callers were told an id of")->require_subcommand(1);
  CLI::App* const show = add_command(*errors, invocation, "show", "What is known of an error_id");
  show->add_option("error_id", id, "32 hexadecimal digits")->required();
  runs(show, invocation, [](const Settings& s) { return errors_show(s, id, standard_io()); });
  CLI::App* const list = add_command(*errors, invocation, "list", "The newest");
  list->add_option("--limit", limit, "At most so many")->capture_default_str();
  runs(list, invocation, [](const Settings& s) { return errors_list(s, limit, standard_io()); });
}

void add_password_filter(CLI::App& app, Invocation& invocation) {
  static PasswordFilterArguments arguments;
  CLI::App* const filter =
      app.add_subcommand("password-filter", "Lists of passwords that nobody may choose")->require_subcommand(1);
  CLI::App* const build = filter->add_subcommand("build", "Make the file for password.breached_file");
  build->add_option("list", arguments.list, "SHA-1 in hex a line, as Have I Been Pwned has them")
      ->required()
      ->check(CLI::ExistingFile);
  build->add_option("out", arguments.out, "The file to make")->required();
  build->add_flag("--plain", arguments.plain, "The lines are passwords");
  build->callback([&invocation] { invocation.run = [] { return password_filter_build(arguments, standard_io()); }; });
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app("Gatehouse: sign-in, and the gate in front of your services.", "gatehouse");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  Invocation invocation;
  add_serve(app, invocation);
  add_config(app, invocation);
  add_migrate(app, invocation);
  add_account(app, invocation);
  add_backup(app, invocation);
  add_roles(app, invocation);
  add_keys_and_tokens(app, invocation);
  add_master_key(app, invocation);
  add_audit(app, invocation);
  add_errors(app, invocation);
  add_password_filter(app, invocation);
  try {
    app.parse(argc, argv);
    return invocation.run();
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& failure) {
    std::cerr << "gatehouse: " << failure.what() << "\n";
    return 1;
  }
}

}  // namespace gatehouse::app
