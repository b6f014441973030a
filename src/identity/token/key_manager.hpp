#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/revocation.hpp"
#include "crypto/algorithm.hpp"
#include "crypto/key_set.hpp"
#include "crypto/master_keys.hpp"
#include "crypto/signing_key.hpp"
#include "identity/token/key_store.hpp"
#include "identity/token/revocation_store.hpp"
#include "platform/audit/event.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

enum class KeyRingError {
  wrong_master_key,  // a private key opens under none of the master keys, or has been tampered with; or the key that is
                     // in force is none of them (master_key_change.hpp), so that nothing may be sealed
  unknown_kid,       // no such key
  already_revoked,
  too_many,  // rotations follow each other so fast that the set of keys would outgrow what gates take
};
[[nodiscard]] const char* to_string(KeyRingError error);

struct KeyManagerOptions {
  crypto::Algorithm algorithm = crypto::Algorithm::es256;
  std::chrono::seconds token_lifetime = std::chrono::minutes(15);
  std::chrono::seconds leeway{5};  // with which verifiers judge `exp`
  std::chrono::seconds rotation_period = std::chrono::hours(24 * 90);
  // A key signs only once it has been published for so long, as long as the one before it verifies: no gate of any
  // process may meet a token before it has heard of its key, however fast rotations follow each other.
  std::chrono::seconds settle{10};
};

// The ring at one moment; immutable.
struct KeyRingSnapshot {
  std::shared_ptr<const crypto::SigningKey> current;   // what signs
  std::shared_ptr<const crypto::KeySet> verification;  // next, current, and each previous key still needed
  std::string jwks;                                    // what /.well-known/jwks.json answers: public members only
  std::vector<std::string> kids;  // of `verification`, each with its state, and what signs: what makes it another
};

// The life of the signing keys: makes, rotates, revokes and hands them out.
//
// All but snapshot() read and write the database, and may make keys (RSA: up to a second): they block, so call them at
// start, from a command or on the background pool, never on an event loop. Each is one transaction, so that processes
// that do the same at the same time end up with one ring. Thread-safe.
class KeyManager {
 public:
  KeyManager(db::Database& database, const crypto::MasterKeys& master_keys, const RevocationStore& revocations,
             KeyManagerOptions options, const base::Clock& clock, base::Random& random);

  // Makes what is missing and loads the ring. When the configured algorithm is another than the current key's, a new
  // current key takes over and the old one verifies on. REQUIRES: succeeded once before anything else is called.
  [[nodiscard]] base::Result<void, KeyRingError> ensure();

  // next → current, current → previous, a new next. No token is refused for it.
  // Error: too_many, when 16 keys verify already.
  [[nodiscard]] base::Result<void, KeyRingError> rotate(const audit::Author& author = {});
  // Voids the key and every token it signed; a revoked current key is succeeded by the next one at once. Returns the
  // revocation, to be published to the gates before the caller is answered.
  [[nodiscard]] base::Result<contract::Revocation, KeyRingError> revoke(std::string_view kid,
                                                                        const audit::Author& author = {});

  // Takes over what another process has changed. True: the ring is another than before, so the gates need the snapshot.
  [[nodiscard]] base::Result<bool, KeyRingError> reload();
  // The periodic care, every minute or so: rotates when the current key has reached its age, removes keys that are of
  // no use, reloads. True as for reload().
  [[nodiscard]] base::Result<bool, KeyRingError> maintain();

  // Never null after ensure(). Cheap; for any thread.
  [[nodiscard]] std::shared_ptr<const KeyRingSnapshot> snapshot() const;

  // For commands that show the ring: what lies in the database, oldest first. No private key is opened.
  [[nodiscard]] std::vector<KeyRecord> list() const;

 private:
  struct Spare;
  struct Spares;
  [[nodiscard]] Spare make_spare() const;
  [[nodiscard]] Spares make_spares() const;
  [[nodiscard]] std::optional<Spares> sealed_in_force(db::Transaction& tx, const Spares& spares) const;
  [[nodiscard]] base::TimePoint verify_until(base::TimePoint now) const;
  [[nodiscard]] bool is_complete(const std::vector<KeyRecord>& ring) const;
  void complete(db::Transaction& tx, Spares& spares) const;
  [[nodiscard]] base::Result<void, KeyRingError> rotate_from(db::Transaction& tx, std::string_view current_kid,
                                                             const Spares& spares, const audit::Author& author) const;
  [[nodiscard]] const KeyRecord* signer_of(const std::vector<KeyRecord>& ring) const;
  [[nodiscard]] std::vector<std::string> kids_of(const std::vector<KeyRecord>& ring) const;
  [[nodiscard]] base::Result<std::shared_ptr<const KeyRingSnapshot>, KeyRingError> open_ring(
      const std::vector<KeyRecord>& ring) const;

  db::Database& database_;
  const crypto::MasterKeys& master_keys_;
  const RevocationStore& revocations_;
  const KeyManagerOptions options_;
  const base::Clock& clock_;
  base::Random& random_;
  const KeyStore store_{};

  std::mutex reload_mutex_;  // held while the ring is read and installed, so that an older one never replaces a newer
  mutable std::mutex mutex_;
  std::shared_ptr<const KeyRingSnapshot> snapshot_;  // guarded by mutex_
};

}  // namespace gatehouse::identity
