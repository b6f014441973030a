#include "crypto/password.hpp"

#include <sodium.h>

#include <cstdlib>

#include "crypto/password_hash.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kArgon2MaxBytes = 1024;  // DESIGN's bound on passwords; Argon2id itself has none that matters
constexpr unsigned kMinMemoryKib = 8;          // RFC 9106 section 3.1: 8 blocks a lane
constexpr unsigned kMaxLanes = 16;

bool holds_nul(const base::Secret& password) { return password.expose().find('\0') != std::string_view::npos; }

bool within(const Argon2Parameters& stored, const PasswordCaps& caps) {
  return stored.memory_kib <= caps.max_memory_kib && stored.iterations <= caps.max_iterations &&
         stored.lanes <= kMaxLanes && stored.memory_kib >= kMinMemoryKib * stored.lanes;
}

bool within(const PasswordCost& cost, const PasswordCaps& caps) {
  if (cost.kind == PasswordCost::Kind::bcrypt) {
    return cost.bcrypt_cost >= 4 && cost.bcrypt_cost <= caps.max_bcrypt_cost;
  }
  return cost.iterations >= 1 && within(Argon2Parameters{cost.memory_kib, cost.iterations, 1}, caps);
}

}  // namespace

PasswordHasher::PasswordHasher(const PasswordCost& cost, const PasswordCaps& caps) : cost_(cost), caps_(caps) {
  if (sodium_init() < 0 || !within(cost, caps)) std::abort();
  nobody_ = cost.kind == PasswordCost::Kind::argon2id ? argon2id_nobody(cost.memory_kib, cost.iterations)
                                                      : bcrypt_nobody(cost.bcrypt_cost);
}

std::size_t PasswordHasher::max_bytes() const noexcept {
  return cost_.kind == PasswordCost::Kind::bcrypt ? kBcryptMaxBytes : kArgon2MaxBytes;
}

base::Result<std::string, PasswordError> PasswordHasher::hash(const base::Secret& password) const {
  if (password.size() > max_bytes()) return PasswordError::too_long;
  if (holds_nul(password)) return PasswordError::holds_nul;
  if (cost_.kind == PasswordCost::Kind::bcrypt) return bcrypt_hash(password, cost_.bcrypt_cost);
  return argon2id_hash(password, cost_.memory_kib, cost_.iterations);
}

PasswordCheck PasswordHasher::verify(const base::Secret& password, std::string_view stored) const {
  const bool usable = is_acceptable_password_hash(stored, caps_);
  const auto bcrypt_cost = parse_bcrypt(stored);
  const std::size_t longest = bcrypt_cost ? kBcryptMaxBytes : kArgon2MaxBytes;
  // Every refusal takes the time of an ordinary one, or it would tell what is stored.
  if (!usable || password.size() > longest || holds_nul(password)) return {verify_nobody(password), false};

  PasswordCheck check;
  if (bcrypt_cost) {
    check.matches = bcrypt_matches(password, std::string(stored));
    check.needs_rehash = cost_.kind != PasswordCost::Kind::bcrypt || *bcrypt_cost < cost_.bcrypt_cost;
  } else {
    const auto parameters = *parse_argon2id(stored);
    check.matches = argon2id_matches(password, std::string(stored));
    check.needs_rehash = cost_.kind != PasswordCost::Kind::argon2id || parameters.memory_kib < cost_.memory_kib ||
                         parameters.iterations < cost_.iterations;
  }
  check.needs_rehash = check.needs_rehash && check.matches;
  return check;
}

bool PasswordHasher::verify_nobody(const base::Secret& password) const {
  // The input is cut so that the work stays bounded whatever is passed in; the result is thrown away.
  const base::Secret bounded(password.expose().substr(0, max_bytes()));
  const bool matched =
      cost_.kind == PasswordCost::Kind::bcrypt ? bcrypt_matches(bounded, nobody_) : argon2id_matches(bounded, nobody_);
  static_cast<void>(matched);
  return false;
}

bool is_acceptable_password_hash(std::string_view stored, const PasswordCaps& caps) {
  if (const auto cost = parse_bcrypt(stored)) return *cost <= caps.max_bcrypt_cost;
  const auto parameters = parse_argon2id(stored);
  return parameters && within(*parameters, caps);
}

}  // namespace gatehouse::crypto
