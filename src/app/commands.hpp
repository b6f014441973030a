#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "app/settings.hpp"

namespace gatehouse::app {

// The commands that work on a data folder, whether a process serves it or not. What they end or change, a running
// process has taken over before they return. Each returns the exit status: 0, 1 when the answer is no or it failed
// (the reason on `err`). Errors are thrown as std::exception for the command line to print.
struct CommandIo {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};

[[nodiscard]] int migrate_command(const Settings& settings, const CommandIo& io);
// Moves an installation. `from`: `sqlite:FILE`, which nobody may be serving. `to`: a PostgreSQL URL, or `postgres:` for
// database.url. What was interrupted goes on when it is called again.
[[nodiscard]] int migrate_copy(const Settings& settings, const std::string& from, const std::string& to,
                               const CommandIo& io);

struct NewAccountArguments {
  std::string username;
  std::string email;
  std::vector<std::string> roles;  // empty: registration.default_roles
};
// The password is the first line of `in`: never an argument, which every user of the machine could read.
[[nodiscard]] int account_create(const Settings& settings, const NewAccountArguments& arguments, const CommandIo& io);
[[nodiscard]] int account_list(const Settings& settings, const std::string& username_prefix, std::size_t limit,
                               const CommandIo& io);

// `who`: an id, a username or an e-mail address.
[[nodiscard]] int account_show(const Settings& settings, const std::string& who, const CommandIo& io);
[[nodiscard]] int account_set_roles(const Settings& settings, const std::string& who,
                                    const std::vector<std::string>& roles, const CommandIo& io);
[[nodiscard]] int account_disable(const Settings& settings, const std::string& who, const CommandIo& io);
[[nodiscard]] int account_enable(const Settings& settings, const std::string& who, const CommandIo& io);
[[nodiscard]] int account_end_sessions(const Settings& settings, const std::string& who, const CommandIo& io);
[[nodiscard]] int account_reset_factors(const Settings& settings, const std::string& who, const CommandIo& io);

struct ImportArguments {
  std::string file;
  std::string format;       // ndjson or csv; empty: csv for a file of that name, ndjson otherwise
  std::string report;       // of refused lines; empty: FILE.refused
  std::size_t threads = 0;  // 0: one a core
  bool fail_on_duplicate = false;
  bool allow_missing_passwords = false;
  bool terminal = false;  // err is one: draw a bar there
};
// Goes on where an earlier run of the same file was cut off, which FILE.import tells. 1 when lines were refused, too.
[[nodiscard]] int account_import(const Settings& settings, const ImportArguments& arguments, const CommandIo& io);

struct ExportArguments {
  std::string file;  // a new one, mode 0600
  bool password_hashes = false;
};
// Every account with its address, in the open: to be kept as what it is.
[[nodiscard]] int account_export(const Settings& settings, const ExportArguments& arguments, const CommandIo& io);

struct PasswordFilterArguments {
  std::string list;
  std::string out;
  bool plain = false;  // lines are passwords, not SHA-1 in hex
};
// Makes the file for password.breached_file. Needs no data folder.
[[nodiscard]] int password_filter_build(const PasswordFilterArguments& arguments, const CommandIo& io);

// For good, and at once.
[[nodiscard]] int account_erase(const Settings& settings, const std::string& who, const CommandIo& io);
// The ids of erased accounts and when, one a line: what `restore --erased` takes.
[[nodiscard]] int account_erased(const Settings& settings, const CommandIo& io);

struct BackupArguments {
  std::string file;       // a new one
  std::string recipient;  // a public key; empty: the passphrase is the first line of `in`
  bool with_master_key = false;
};
[[nodiscard]] int backup_make(const Settings& settings, const BackupArguments& arguments, const CommandIo& io);
// A new key pair: the secret half into a new file, the public one on `out`.
[[nodiscard]] int backup_keygen(const std::string& file, const CommandIo& io);

struct BackupSource {
  std::string file;
  std::string key_file;  // of the secret half; empty: the passphrase is the first line of `in`
};
[[nodiscard]] int backup_verify(const BackupSource& source, const CommandIo& io);
// `erased_files`: lists that `account erased` wrote.
[[nodiscard]] int restore(const Settings& settings, const BackupSource& source,
                          const std::vector<std::string>& erased_files, const CommandIo& io);

// What each role may do, and how that stands to [roles] of the configuration.
[[nodiscard]] int roles_list(const Settings& settings, const CommandIo& io);
// The role is there with these permissions and no others, new or not.
[[nodiscard]] int roles_set(const Settings& settings, const std::string& name,
                            const std::vector<std::string>& permissions, const CommandIo& io);
// Whoever has it has nothing by it any more.
[[nodiscard]] int roles_remove(const Settings& settings, const std::string& name, const CommandIo& io);
// The roles are those of [roles] again, and no others.
[[nodiscard]] int roles_reset(const Settings& settings, const CommandIo& io);

[[nodiscard]] int keys_list(const Settings& settings, const CommandIo& io);
[[nodiscard]] int keys_rotate(const Settings& settings, const CommandIo& io);
[[nodiscard]] int keys_revoke(const Settings& settings, const std::string& kid, const CommandIo& io);

// Whether anything is still sealed under the previous master key: 1 when there is.
[[nodiscard]] int master_key_status(const Settings& settings, const CommandIo& io);
// Seals that under the current one. What was interrupted has changed nothing.
[[nodiscard]] int master_key_rotate(const Settings& settings, const CommandIo& io);

// Would a gate let this token pass? Prints what it says, or why not. The token is the first line of `in`.
[[nodiscard]] int token_verify(const Settings& settings, const CommandIo& io);

struct AuditVerifyArguments {
  std::string file;                    // an export; empty: the log in the database
  std::string key;                     // kid that an export has to be signed with; empty: whichever it names
  std::vector<std::string> witnesses;  // NUMBER:SHA256, ends of the chain that were seen before
};
// Says the first record that is wrong. 1 when there is one.
[[nodiscard]] int audit_verify(const Settings& settings, const AuditVerifyArguments& arguments, const CommandIo& io);
// NDJSON on `out`, which verifies on its own. Times as RFC 3339 or dates, by when it was sealed; empty: no bound.
[[nodiscard]] int audit_export(const Settings& settings, const std::string& from, const std::string& until,
                               const CommandIo& io);
// The public key that the log is signed with, as JWK.
[[nodiscard]] int audit_show_key(const Settings& settings, const CommandIo& io);

// An answer 5xx by the error_id that a caller was told; the newest ones.
[[nodiscard]] int errors_show(const Settings& settings, const std::string& error_id, const CommandIo& io);
[[nodiscard]] int errors_list(const Settings& settings, std::size_t limit, const CommandIo& io);

}  // namespace gatehouse::app
