#include "identity/account/password_work.hpp"

#include <exception>
#include <utility>

#include "platform/base/keyed_hash.hpp"
#include "platform/base/unavailable.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

limits::SignInAttempt PasswordWork::attempt_on(std::string_view subject, const base::IpAddress& address,
                                               const std::optional<std::string>& device) const {
  const auto counted = address.limit_key();
  const auto& bytes = counted.bytes();
  limits::SignInAttempt attempt{
      .subject = counter_.key_of(subject),
      .address = counter_.key_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()})};
  if (device) attempt.device = counter_.key_of("device " + *device);
  return attempt;
}

awaitable<base::Result<PasswordWork::Proof, Refusal>> PasswordWork::prove(limits::SignInAttempt& attempt,
                                                                          const base::Secret& prepared,
                                                                          std::optional<std::string> stored,
                                                                          base::IpAddress address) {
  const auto wait = co_await counter_.async_begin(attempt);
  if (wait.count() > 0) co_return Refusal{.error = AccountError::throttled, .fields = {}, .retry_after = wait};

  auto work = [&](std::size_t) -> Proof {
    if (!stored) {
      hasher_.verify_nobody(prepared);
      return {};
    }
    const auto check = hasher_.verify(prepared, *stored);
    Proof proof{.matches = check.matches};
    // Not every password that matched fits the configured kind (bcrypt ends at 72 bytes): then the old hash stays.
    if (check.needs_rehash) {
      if (auto stronger = hasher_.hash(prepared)) proof.rehashed = std::move(*stronger);
    }
    return proof;
  };
  std::exception_ptr not_run;
  try {
    co_return co_await hashing_.run(std::move(work), base::KeyedHash{}(address.limit_key()));
  } catch (const base::Unavailable&) {
    not_run = std::current_exception();  // a handler can't wait
  }
  co_await counter_.async_withdraw(attempt);
  std::rethrow_exception(not_run);
}

std::optional<FieldProblem> PasswordWork::check_form(const base::Secret& typed, const std::string& field) const {
  const auto prepared = prepare_new(typed, field);
  if (prepared) return std::nullopt;
  return prepared.error().fields.front();
}

Refusal PasswordWork::refuse(PasswordError error, const std::string& field) const {
  return invalid_input(policy_.problem(error, field));
}

base::Result<base::Secret, Refusal> PasswordWork::prepare_new(const base::Secret& typed,
                                                              const std::string& field) const {
  auto prepared = prepare_password(typed);
  if (!prepared) return refuse(prepared.error(), field);
  if (const auto length = policy_.check_length(*prepared); !length) return refuse(length.error(), field);
  if (prepared->size() > hasher_.max_bytes()) {
    const std::size_t most = hasher_.max_bytes();
    return invalid_input({field, "must be at most " + std::to_string(most) + " bytes", Mistake::too_many_bytes, most});
  }
  return std::move(*prepared);
}

base::Result<std::string, Refusal> PasswordWork::check_and_hash(const base::Secret& prepared, const std::string& field,
                                                                const std::vector<std::string>& own_words) const {
  if (const auto allowed = policy_.check(prepared, own_words); !allowed) return refuse(allowed.error(), field);
  auto hash = hasher_.hash(prepared);
  if (!hash) return invalid_input({field, "is not acceptable"});  // prepare_new has refused what can't be hashed
  return std::move(*hash);
}

awaitable<base::Result<std::string, Refusal>> PasswordWork::choose(const base::Secret& typed, std::string field,
                                                                   std::vector<std::string> own_words,
                                                                   base::IpAddress address) {
  const auto prepared = prepare_new(typed, field);
  if (!prepared) co_return prepared.error();
  auto work = [&](std::size_t) { return check_and_hash(*prepared, field, own_words); };
  co_return co_await hashing_.run(std::move(work), base::KeyedHash{}(address.limit_key()));
}

base::Result<std::string, Refusal> PasswordWork::choose_blocking(const base::Secret& typed, const std::string& field,
                                                                 const std::vector<std::string>& own_words) const {
  const auto prepared = prepare_new(typed, field);
  if (!prepared) return prepared.error();
  return check_and_hash(*prepared, field, own_words);
}

}  // namespace gatehouse::identity
