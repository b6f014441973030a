#include "identity/privacy/restored.hpp"

#include <string>

#include "platform/audit/event_types.hpp"

namespace gatehouse::identity {

base::Result<RestoredInstallation, ServerSecretError> settle_restored(
    db::Database& database, const crypto::MasterKeys& master_keys, const RestoreRules& rules,
    const ErasureStore& erasures, const audit::Log& events, base::Random& random, const base::Clock& clock) {
  // First of all, whether the key is the right one: with another, nothing could be made in place of what goes.
  const auto known = load_or_create_server_secrets(database, master_keys, random, clock);
  if (!known) return known.error();
  return database.write_blocking([&](db::Transaction& tx) {
    // Made anew at the next start. Those that seal or find data stay: without them it would be lost.
    tx.execute("DELETE FROM server_secret WHERE purpose IN ('refresh_mac', 'one_time_mac')");
    RestoredInstallation restored;
    for (const auto& account : rules.erase) {
      if (erasures.erase(tx, account, {"restore"}, clock.now())) ++restored.erased;
    }
    tx.execute("UPDATE account_deletion SET erase_at = $1 WHERE erase_at < $1",
               {base::to_unix_ms(clock.now() + rules.grace)});
    events.record(tx, {.type = audit::type::kBackupRestored,
                       .fields = {{"by", "operator"}, {"erased", std::to_string(restored.erased)}}});
    return restored;
  });
}

}  // namespace gatehouse::identity
