#include "identity/token/key_manager.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <optional>
#include <utility>

#include "identity/token/master_key_change.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"

namespace gatehouse::identity {
namespace {

const KeyRecord* in_state(const std::vector<KeyRecord>& ring, KeyState state) {
  const auto found = std::ranges::find(ring, state, &KeyRecord::state);
  return found == ring.end() ? nullptr : &*found;
}

bool verifies(const KeyRecord& key, base::TimePoint now) {
  if (key.state == KeyState::revoked) return false;
  return key.state != KeyState::previous || (key.verify_until && now < *key.verify_until);
}

}  // namespace

// Sealed under each of the master keys: which one is in force shows in the transaction.
struct KeyManager::Spare {
  KeyRecord record;
  std::string sealed_by_previous;
};

// Fresh keys made before the transaction that may need them: making an RSA key inside it would hold up every write for
// up to a second. At most two are ever missing.
struct KeyManager::Spares {
  std::array<Spare, 2> keys;
  std::size_t used = 0;

  KeyRecord& take(KeyState state, base::TimePoint now) {
    KeyRecord& key = keys.at(used++).record;
    key.state = state;
    if (state == KeyState::current) key.activated_at = now;
    return key;
  }
};

const char* to_string(KeyRingError error) {
  switch (error) {
    case KeyRingError::wrong_master_key:
      return "a signing key was sealed under another master key; give the one this data folder was made with, or has "
             "been changed to, as the master key or as the previous one";
    case KeyRingError::unknown_kid: return "there is no signing key of this id";
    case KeyRingError::already_revoked: return "this signing key was revoked before";
    case KeyRingError::too_many: return "too many keys are in use; wait until tokens of the older ones have expired";
  }
  return "unknown";
}

KeyManager::KeyManager(db::Database& database, const crypto::MasterKeys& master_keys,
                       const RevocationStore& revocations, KeyManagerOptions options, const base::Clock& clock,
                       base::Random& random)
    : database_(database),
      master_keys_(master_keys),
      revocations_(revocations),
      options_(options),
      clock_(clock),
      random_(random) {}

KeyManager::Spare KeyManager::make_spare() const {
  const auto key = crypto::SigningKey::generate(options_.algorithm, random_);
  const auto jwk = key.public_jwk();
  const auto bytes = key.private_bytes();
  Spare spare{.record = {.kid = key.kid(),
                         .algorithm = crypto::to_string(key.algorithm()),
                         .state = KeyState::next,
                         .public_jwk = jwk.empty() ? std::string() : boost::json::serialize(jwk),
                         .private_sealed = master_keys_.current().seal(bytes.expose(), key.kid(), random_),
                         .created_at = clock_.now()},
              .sealed_by_previous = {}};
  if (const auto& previous = master_keys_.previous()) {
    spare.sealed_by_previous = previous->seal(bytes.expose(), key.kid(), random_);
  }
  return spare;
}

KeyManager::Spares KeyManager::make_spares() const { return {.keys = {make_spare(), make_spare()}}; }

// For this transaction. Nothing when the master key in force is not known here: what another one seals, no other
// process would open.
std::optional<KeyManager::Spares> KeyManager::sealed_in_force(db::Transaction& tx, const Spares& spares) const {
  const auto in_force = master_key_in_force(tx, master_keys_);
  if (!in_force) return std::nullopt;
  Spares mine = spares;
  if (*in_force == crypto::WhichMasterKey::previous) {
    for (auto& spare : mine.keys) spare.record.private_sealed = spare.sealed_by_previous;
  }
  return mine;
}

bool KeyManager::is_complete(const std::vector<KeyRecord>& ring) const {
  const auto usable = [&](const KeyRecord* key) {
    return key != nullptr && key->algorithm == crypto::to_string(options_.algorithm);
  };
  return usable(in_state(ring, KeyState::current)) && usable(in_state(ring, KeyState::next));
}

// Whatever was there before, leaves one current and one next key of the configured algorithm.
void KeyManager::complete(db::Transaction& tx, Spares& spares) const {
  const auto now = clock_.now();
  const auto ring = store_.list(tx);
  const std::string_view wanted = crypto::to_string(options_.algorithm);
  const KeyRecord* current = in_state(ring, KeyState::current);
  const KeyRecord* next = in_state(ring, KeyState::next);
  if (current != nullptr && current->algorithm != wanted) {
    (void)store_.retire(tx, current->kid, verify_until(now));
    current = nullptr;
  }
  if (next != nullptr && next->algorithm != wanted) {
    store_.discard_next(tx, next->kid);
    next = nullptr;
  }
  if (current == nullptr && next != nullptr) {
    (void)store_.activate(tx, next->kid, now);
    next = nullptr;
  } else if (current == nullptr) {
    store_.insert(tx, spares.take(KeyState::current, now));
  }
  if (next == nullptr) store_.insert(tx, spares.take(KeyState::next, now));
}

base::Result<void, KeyRingError> KeyManager::ensure() {
  const auto read = [this](db::Transaction& tx) { return store_.list(tx); };
  auto ring = database_.read_blocking(read);
  // What is there must open before anything is added: under a wrong master key nothing is made.
  if (const auto opened = open_ring(ring); !opened) return opened.error();
  if (!is_complete(ring)) {
    const Spares spares = make_spares();
    const bool completed = database_.write_blocking([&](db::Transaction& tx) {
      auto mine = sealed_in_force(tx, spares);
      if (mine) complete(tx, *mine);
      return mine.has_value();
    });
    if (!completed) return KeyRingError::wrong_master_key;
  }
  const auto loaded = reload();
  if (!loaded) return loaded.error();
  return {};
}

// Nothing happens when the current key is another by now: somebody else has just rotated.
base::Result<void, KeyRingError> KeyManager::rotate_from(db::Transaction& tx, std::string_view current_kid,
                                                         const Spares& spares, const audit::Author& author) const {
  const auto now = clock_.now();
  auto mine = sealed_in_force(tx, spares);
  if (!mine) return KeyRingError::wrong_master_key;
  if (!store_.retire(tx, current_kid, verify_until(now))) return {};
  complete(tx, *mine);
  const audit::Event rotated{.type = audit::type::kKeyRotated, .fields = {{"retired", std::string(current_kid)}}};
  audit::record(tx, audit::by(author, rotated), now);
  return {};
}

base::Result<void, KeyRingError> KeyManager::rotate(const audit::Author& author) {
  // All of them travel in one message to gates that have no database.
  constexpr std::size_t kMostKeys = 16;
  const auto known = snapshot();
  if (known->verification->size() >= kMostKeys) return KeyRingError::too_many;
  const std::string current = known->current->kid();
  const Spares spares = make_spares();
  const auto rotated =
      database_.write_blocking([&](db::Transaction& tx) { return rotate_from(tx, current, spares, author); });
  if (!rotated) return rotated;
  const auto loaded = reload();
  if (!loaded) return loaded.error();
  return {};
}

base::Result<contract::Revocation, KeyRingError> KeyManager::revoke(std::string_view kid, const audit::Author& author) {
  using Outcome = base::Result<contract::Revocation, KeyRingError>;
  const Spares spares = make_spares();
  auto outcome = database_.write_blocking([&](db::Transaction& tx) -> Outcome {
    auto mine = sealed_in_force(tx, spares);
    if (!mine) return KeyRingError::wrong_master_key;
    const auto now = clock_.now();
    if (!store_.revoke(tx, kid, verify_until(now))) {
      const auto ring = store_.list(tx);
      const bool known = std::ranges::find(ring, kid, &KeyRecord::kid) != ring.end();
      return known ? KeyRingError::already_revoked : KeyRingError::unknown_kid;
    }
    complete(tx, *mine);
    const audit::Event revoked{.type = audit::type::kKeyRevoked, .fields = {{"kid", std::string(kid)}}};
    audit::record(tx, audit::by(author, revoked), now);
    return revocations_.revoke_key(tx, kid, now);
  });
  if (!outcome) return outcome;
  if (const auto loaded = reload(); !loaded) return loaded.error();
  return outcome;
}

base::Result<bool, KeyRingError> KeyManager::reload() {
  const std::lock_guard in_order(reload_mutex_);
  const auto ring = database_.read_blocking([this](db::Transaction& tx) { return store_.list(tx); });
  // Asked many times a second: without news no key is opened.
  if (const auto known = snapshot(); known && known->kids == kids_of(ring)) return false;
  auto opened = open_ring(ring);
  if (!opened) return opened.error();
  const std::lock_guard lock(mutex_);
  if ((*opened)->current == nullptr) return false;  // ensure() has yet to make it
  snapshot_ = std::move(*opened);
  return true;
}

base::Result<bool, KeyRingError> KeyManager::maintain() {
  const auto ring = database_.read_blocking([this](db::Transaction& tx) { return store_.list(tx); });
  const auto now = clock_.now();
  const KeyRecord* current = in_state(ring, KeyState::current);
  const bool due =
      current != nullptr && now - current->activated_at.value_or(current->created_at) >= options_.rotation_period;
  const bool stale =
      std::ranges::any_of(ring, [&](const KeyRecord& key) { return key.verify_until && *key.verify_until <= now; });
  if (due || stale) {
    const std::optional<Spares> spares = due ? std::optional(make_spares()) : std::nullopt;
    const auto cared = database_.write_blocking([&](db::Transaction& tx) -> base::Result<void, KeyRingError> {
      (void)store_.prune(tx, now);
      if (spares) return rotate_from(tx, current->kid, *spares, {});
      return {};
    });
    if (!cared) return cared.error();
  }
  return reload();
}

// The current key, or while it is too young for every gate to know it, the one that signed before.
const KeyRecord* KeyManager::signer_of(const std::vector<KeyRecord>& ring) const {
  const auto now = clock_.now();
  const KeyRecord* current = in_state(ring, KeyState::current);
  // From the future: another clock is wrong, and how long ago it was can't be told.
  const bool young = current != nullptr && current->created_at <= now && now - current->created_at < options_.settle;
  if (!young) return current;
  const KeyRecord* before = nullptr;
  for (const KeyRecord& key : ring) {
    if (key.state != KeyState::previous || !verifies(key, now)) continue;
    if (before == nullptr || before->activated_at < key.activated_at) before = &key;
  }
  return before != nullptr ? before : current;
}

std::vector<std::string> KeyManager::kids_of(const std::vector<KeyRecord>& ring) const {
  const auto now = clock_.now();
  const KeyRecord* const signer = signer_of(ring);
  std::vector<std::string> kids;
  for (const KeyRecord& record : ring) {
    if (!verifies(record, now)) continue;
    kids.push_back(std::string(to_string(record.state)) + ' ' + record.kid + (&record == signer ? " signs" : ""));
  }
  return kids;
}

base::Result<std::shared_ptr<const KeyRingSnapshot>, KeyRingError> KeyManager::open_ring(
    const std::vector<KeyRecord>& ring) const {
  auto snapshot = std::make_shared<KeyRingSnapshot>();
  snapshot->kids = kids_of(ring);
  std::vector<crypto::VerificationKey> keys;
  const auto now = clock_.now();
  const KeyRecord* const signer = signer_of(ring);
  for (const KeyRecord& record : ring) {
    if (!verifies(record, now)) continue;
    // Verification, too, starts from the sealed half: whoever can write to the database, but lacks the master key, must
    // not be able to slip in a public key of theirs.
    const auto opened = master_keys_.open(record.private_sealed, record.kid);
    const auto algorithm = crypto::parse_algorithm(record.algorithm);
    if (!opened || !algorithm) return KeyRingError::wrong_master_key;
    auto key = crypto::SigningKey::from_private_bytes(*algorithm, opened->plain, record.kid);
    if (!key) return KeyRingError::wrong_master_key;
    keys.push_back(key->verification_key());
    if (&record == signer) {
      snapshot->current = std::make_shared<const crypto::SigningKey>(std::move(*key));
    }
  }
  auto set = crypto::KeySet::from_keys(std::move(keys));
  if (!set) std::abort();  // kid is the table's primary key
  snapshot->jwks = boost::json::serialize(set->to_jwks());
  snapshot->verification = std::make_shared<const crypto::KeySet>(std::move(*set));
  return std::shared_ptr<const KeyRingSnapshot>(std::move(snapshot));
}

base::TimePoint KeyManager::verify_until(base::TimePoint now) const {
  // Another process may sign with the key until it has learned of the change: the margin covers those tokens.
  return now + options_.token_lifetime + options_.leeway + RevocationStore::kSkewMargin;
}

std::shared_ptr<const KeyRingSnapshot> KeyManager::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

std::vector<KeyRecord> KeyManager::list() const {
  return database_.read_blocking([this](db::Transaction& tx) { return store_.list(tx); });
}

}  // namespace gatehouse::identity
