#include "identity/factor/code_check.hpp"

#include "crypto/totp.hpp"
#include "platform/audit/event_types.hpp"

namespace gatehouse::identity {
namespace {

const char* name_of(CodeMethod method) { return method == CodeMethod::totp ? "totp" : "recovery_code"; }

}  // namespace

bool CodeCheck::use_totp(db::Transaction& tx, const AccountRecord& account, std::string_view code) const {
  const auto now = parts_.clock.now();
  if (demand_.of(tx, account.id) > contract::Assurance::two_factors) return false;
  bool used = false;
  // Every app of the account is asked, also behind the one that fits: which of them it was does not show in the time.
  for (const auto& factor : parts_.factors.list(tx, account.id)) {
    if (factor.kind != FactorKind::totp) continue;
    const auto key = parts_.vault.open(account, factor.id, FactorVault::Part::material, factor.material_sealed);
    const auto step = crypto::check_totp(key, code, now, factor.counter);
    if (step && !used) used = parts_.factors.use_totp_step(tx, factor.id, *step, now);
  }
  return used;
}

base::Result<void, Refusal> CodeCheck::check(db::Transaction& tx, const AccountRecord& account, CodeMethod method,
                                             const base::Secret& code) const {
  const auto now = parts_.clock.now();
  // Nobody guesses 120 bits: whoever tries codes of an app keeps nobody out who has a recovery code.
  const auto wait = method == CodeMethod::totp ? parts_.guard.wait(tx, account.id, now) : std::chrono::seconds(0);
  if (wait.count() > 0) return Refusal{.error = AccountError::throttled, .fields = {}, .retry_after = wait};
  const bool right = method == CodeMethod::totp ? use_totp(tx, account, code.expose())
                                                : parts_.recovery_codes.consume(tx, account.id, code.expose());
  if (!right) {
    // Once in a row, and while the letter can still do something about it.
    if (parts_.guard.count_failure(tx, account.id, now) == CodeGuard::kFree)
      parts_.notices.codes_failed(tx, account.id);
    parts_.notices.record(tx, {.type = audit::type::kFactorFailed,
                               .actor = {},
                               .account = account.id,
                               .fields = {{"method", name_of(method)}}});
    return Refusal{.error = AccountError::wrong_code};
  }
  parts_.guard.forget(tx, account.id);
  if (method == CodeMethod::recovery_code) {
    parts_.notices.changed(tx, {.type = audit::type::kRecoveryCodeUsed, .actor = account.id, .account = account.id});
  }
  return {};
}

}  // namespace gatehouse::identity
