#include "crypto/password.hpp"

#include <sodium.h>

#include <array>
#include <cstdlib>

#include "crypto/password_scheme.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::array kSchemes{&kArgon2Scheme,     &kBcryptScheme, &kScryptScheme,
                              &kUnixScryptScheme, &kPbkdf2Scheme, &kDjangoPbkdf2Scheme};

bool holds_nul(const base::Secret& password) { return password.expose().find('\0') != std::string_view::npos; }

const PasswordScheme& scheme_of_new(const PasswordCost& cost) {
  return cost.kind == PasswordCost::Kind::bcrypt ? kBcryptScheme : kArgon2Scheme;
}

std::string nobody_of(const PasswordCost& cost) {
  return cost.kind == PasswordCost::Kind::bcrypt ? bcrypt_nobody(cost) : argon2id_nobody(cost);
}

std::size_t arena_bytes(const PasswordCost& cost) {
  return cost.kind == PasswordCost::Kind::bcrypt ? 0 : std::size_t{cost.memory_kib} * 1024;
}

}  // namespace

const PasswordScheme* scheme_of(std::string_view stored) {
  for (const auto* scheme : kSchemes) {
    if (scheme->recognises(stored)) return scheme;
  }
  return nullptr;
}

PasswordHasher::PasswordHasher(const PasswordCost& cost, const PasswordCaps& caps, std::size_t memory_limit)
    : cost_(cost),
      caps_(caps),
      nobody_(nobody_of(cost)),
      memory_(std::make_unique<HashMemory>(
          HashMemory::Options{.arena_bytes = arena_bytes(cost), .limit_bytes = memory_limit})) {
  if (sodium_init() < 0 || examine_password_hash(nobody_, caps) != StoredHash::usable) std::abort();
}

PasswordHasher::~PasswordHasher() = default;

std::size_t PasswordHasher::max_bytes() const noexcept { return scheme_of_new(cost_).max_password_bytes; }

base::Result<std::string, PasswordError> PasswordHasher::hash(const base::Secret& password) const {
  if (password.size() > max_bytes()) return PasswordError::too_long;
  if (holds_nul(password)) return PasswordError::holds_nul;
  if (cost_.kind == PasswordCost::Kind::bcrypt) return bcrypt_hash(password, cost_);
  return argon2id_hash(password, cost_, *memory_);
}

PasswordCheck PasswordHasher::verify(const base::Secret& password, std::string_view stored) const {
  const auto* const scheme = scheme_of(stored);
  // Every refusal takes the time of an ordinary one, or it would tell what is stored.
  if (scheme == nullptr || !scheme->affordable(stored, caps_) || password.size() > scheme->max_password_bytes ||
      holds_nul(password)) {
    return {verify_nobody(password), false};
  }
  const bool matches = scheme->matches(password, stored, *memory_);
  return {matches, matches && scheme->behind(stored, cost_)};
}

bool PasswordHasher::verify_nobody(const base::Secret& password) const {
  // The input is cut so that the work stays bounded whatever is passed in; the result is thrown away. Otherwise the
  // steps of verify().
  const base::Secret bounded(password.expose().substr(0, max_bytes()));
  const auto* const scheme = scheme_of(nobody_);
  const bool matched = scheme->affordable(nobody_, caps_) && scheme->matches(bounded, nobody_, *memory_);
  static_cast<void>(matched);
  return false;
}

void PasswordHasher::release_unused_memory() const { memory_->release_unused(); }

StoredHash examine_password_hash(std::string_view stored, const PasswordCaps& caps) {
  const auto* const scheme = scheme_of(stored);
  if (scheme == nullptr) return StoredHash::unknown;
  return scheme->affordable(stored, caps) ? StoredHash::usable : StoredHash::too_costly;
}

}  // namespace gatehouse::crypto
