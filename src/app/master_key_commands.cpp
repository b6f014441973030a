#include <ostream>

#include "app/commands.hpp"
#include "app/workbench.hpp"
#include "identity/token/master_key_change.hpp"

namespace gatehouse::app {
namespace {

identity::SealedRows count(const Installation& installation) {
  return installation.database->read_blocking(
      [&](db::Transaction& tx) { return identity::count_sealed(tx, installation.master_keys); });
}

// Returns the exit status.
int tell(const identity::SealedRows& rows, bool previous_given, const CommandIo& io) {
  io.out << rows.current << " values are sealed under the master key, " << rows.previous
         << " under the previous one.\n";
  if (rows.neither > 0) {
    io.err << rows.neither << " values open under neither: they were sealed under another key, or altered.\n";
    return 1;
  }
  if (rows.previous > 0) {
    io.out << "The previous key is in force: `gatehouse master-key rotate`, once every process knows both.\n";
    return 1;
  }
  if (previous_given) io.out << "The previous key is not needed any more: take it away, and start each process anew.\n";
  return 0;
}

}  // namespace

int master_key_status(const Settings& settings, const CommandIo& io) {
  Workbench bench(settings);
  const auto& installation = bench.installation();
  return tell(count(installation), installation.master_keys.previous().has_value(), io);
}

int master_key_rotate(const Settings& settings, const CommandIo& io) {
  Workbench bench(settings);
  const auto& installation = bench.installation();
  const auto sealed = identity::replace_master_key(*installation.database, installation.master_keys,
                                                   {.is_operator = true}, installation.random, installation.clock);
  if (sealed) io.out << *sealed << " values were sealed anew.\n";
  return tell(count(installation), installation.master_keys.previous().has_value(), io);
}

}  // namespace gatehouse::app
