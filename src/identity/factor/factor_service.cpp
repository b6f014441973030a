#include "identity/factor/factor_service.hpp"

#include <algorithm>
#include <utility>

#include "contract/assurance.hpp"
#include "crypto/totp.hpp"
#include "identity/account/display_name.hpp"
#include "identity/factor/otpauth.hpp"
#include "identity/proof/mail_proof_store.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/base/encoding.hpp"
#include "platform/qr/qr_svg.hpp"

namespace gatehouse::identity {
namespace {

using boost::asio::awaitable;

constexpr std::chrono::minutes kConfirmWithin{15};

Refusal not_found() { return {.error = AccountError::not_found}; }

// Only the session that asked for it gets the passkey in.
Ceremony ceremony_of(const contract::Principal& who) {
  return {.use = TicketUse::passkey_enrolment,
          .bound_to = std::string(who.account.bytes()).append(who.session.bytes()),
          .account = who.account};
}

bool has_passkey(const std::vector<FactorRecord>& factors) {
  return std::ranges::any_of(factors, [](const auto& factor) { return factor.kind == FactorKind::webauthn; });
}

// What a sign-in with these can amount to.
contract::Assurance best_of(const std::vector<FactorRecord>& factors) {
  if (factors.empty()) return contract::Assurance::one_factor;
  return has_passkey(factors) ? contract::Assurance::phishing_resistant : contract::Assurance::two_factors;
}

std::optional<Refusal> check_room(const Owner& owner) {
  if (owner.factors.size() < kMaxFactorsPerAccount) return std::nullopt;
  return invalid_input({"name", "an account can have " + std::to_string(kMaxFactorsPerAccount) + " second factors",
                        Mistake::too_many, kMaxFactorsPerAccount});
}

}  // namespace

base::Result<std::string, Refusal> FactorService::prepare_name(const std::string& name) const {
  auto prepared = prepare_display_name(name);
  if (prepared && !prepared->empty()) return std::move(*prepared);
  return invalid_input({"name",
                        "must be 1 to " + std::to_string(kMaxDisplayNameCharacters) +
                            " characters, without control characters or line breaks",
                        Mistake::unfit_name, kMaxDisplayNameCharacters});
}

FactorView FactorService::view_of(const AccountRecord& account, const FactorRecord& factor) const {
  const auto name = parts_.vault.open(account, factor.id, FactorVault::Part::name, factor.name_sealed);
  return {.id = factor.id,
          .kind = factor.kind,
          .name = std::string(name.expose()),
          .created_at = factor.created_at,
          .last_used_at = factor.last_used_at};
}

void FactorService::tell(db::Transaction& tx, std::string_view type, const contract::Principal& who,
                         FactorId factor) const {
  parts_.notices.changed(tx, {.type = type, .actor = who.account, .account = who.account, .factor = factor});
}

void FactorService::note(const char* event, const contract::Principal& who, FactorId factor, const Caller& caller) {
  const std::string account = who.account.to_string();
  const std::string id = factor.to_string();
  parts_.log.info(event, {{"account", account}, {"factor", id}}, &caller.trace);
}

awaitable<base::Result<FactorOverview, Refusal>> FactorService::list(const contract::Principal& who) {
  auto work = [&](db::Transaction& tx) -> base::Result<FactorOverview, Refusal> {
    const auto owner = parts_.owners.find(tx, who);
    if (!owner) return owner.error();
    FactorOverview overview{.factors = {},
                            .recovery_codes = parts_.recovery_codes.count(tx, who.account),
                            .demand = demand_.of(tx, who.account)};
    for (const auto& factor : owner->factors) overview.factors.push_back(view_of(owner->account, factor));
    return overview;
  };
  co_return co_await parts_.database.read(work);
}

awaitable<std::size_t> FactorService::count(contract::AccountId account) {
  auto work = [&](db::Transaction& tx) { return parts_.factors.list(tx, account).size(); };
  co_return co_await parts_.database.read_stale(work);
}

NewTotp FactorService::describe(FactorId id, const AccountRecord& account, const base::Secret& key) const {
  NewTotp described{.id = id, .secret = base::Secret(base::base32_encode(key.expose())), .uri = {}, .qr_svg = {}};
  described.uri = otpauth_uri({.service = service_name_, .account = account.username}, described.secret);
  described.qr_svg = qr::to_svg(described.uri);
  return described;
}

awaitable<base::Result<NewTotp, Refusal>> FactorService::begin_totp(const contract::Principal& who, std::string name) {
  const auto prepared = prepare_name(name);
  if (!prepared) co_return prepared.error();
  const FactorId id(base::Uuid::v7(parts_.clock, parts_.random));
  const base::Secret key(parts_.random.bytes(crypto::kTotpKeyBytes));
  auto work = [&](db::Transaction& tx) -> base::Result<AccountRecord, Refusal> {
    auto owner = parts_.owners.find_strong(tx, who);
    if (!owner) return owner.error();
    if (auto full = check_room(*owner)) return std::move(*full);
    parts_.factors.remove_unconfirmed(tx, who.account);
    FactorRecord factor{.id = id, .account = who.account, .kind = FactorKind::totp, .created_at = parts_.clock.now()};
    factor.name_sealed = parts_.vault.seal(owner->account, id, FactorVault::Part::name, *prepared);
    factor.material_sealed = parts_.vault.seal(owner->account, id, FactorVault::Part::material, key.expose());
    if (!parts_.factors.insert(tx, factor)) return not_found();  // a new id: can't be taken
    return std::move(owner->account);
  };
  const auto account = co_await parts_.database.write(work);
  if (!account) co_return account.error();
  co_return describe(id, *account, key);
}

AddedFactor FactorService::added(db::Transaction& tx, const contract::Principal& who, const Owner& owner,
                                 const FactorRecord& factor, const std::vector<std::string>& amr) const {
  AddedFactor result{.factor = view_of(owner.account, factor)};
  tell(tx, audit::type::kFactorAdded, who, factor.id);
  if (!owner.factors.empty()) return result;
  // The caller has signed in within the last minutes and has just shown the new factor: that is a sign-in with both.
  // Without it, who adds a first factor could not touch it again before signing in anew.
  const auto now = parts_.clock.now();
  parts_.session_store.add_methods(tx, who.session, amr, now);
  result.recovery_codes = parts_.recovery_codes.replace(tx, who.account, now);
  return result;
}

base::Result<AddedFactor, Refusal> FactorService::confirm_in(db::Transaction& tx, const contract::Principal& who,
                                                             FactorId id, const base::Secret& code) const {
  const auto owner = parts_.owners.find_strong(tx, who);
  if (!owner) return owner.error();
  auto factor = parts_.factors.find(tx, id);
  const auto now = parts_.clock.now();
  const bool waits =
      factor && factor->account == who.account && !factor->confirmed_at && now - factor->created_at <= kConfirmWithin;
  if (!waits) return not_found();
  const auto key = parts_.vault.open(owner->account, id, FactorVault::Part::material, factor->material_sealed);
  const auto step = crypto::check_totp(key, code.expose(), now, 0);
  if (!step) return invalid_input({"code", "is not the one that the app shows now", Mistake::not_shown_now});
  if (!parts_.factors.confirm(tx, id, *step, now)) return not_found();
  return added(tx, who, *owner, *factor, {"otp", "mfa"});
}

awaitable<base::Result<AddedFactor, Refusal>> FactorService::confirm_totp(const contract::Principal& who, FactorId id,
                                                                          base::Secret code, Caller caller) {
  auto work = [&](db::Transaction& tx) { return confirm_in(tx, who, id, code); };
  auto added = co_await parts_.database.write(work);
  if (added) note("factor_added", who, id, caller);
  co_return added;
}

awaitable<base::Result<PasskeyCreation, Refusal>> FactorService::begin_passkey(const contract::Principal& who) {
  auto work = [&](db::Transaction& tx) -> base::Result<PasskeyCreation, Refusal> {
    const auto owner = parts_.owners.find_strong(tx, who);
    if (!owner) return owner.error();
    if (auto full = check_room(*owner)) return std::move(*full);
    return parts_.passkeys.creation(ceremony_of(who), owner->account,
                                    parts_.passkeys.of(owner->account, owner->factors));
  };
  co_return co_await parts_.database.read(work);
}

base::Result<AddedFactor, Refusal> FactorService::store_passkey(db::Transaction& tx, const contract::Principal& who,
                                                                const std::string& name,
                                                                const Passkeys::New& made) const {
  const auto owner = parts_.owners.find_strong(tx, who);
  if (!owner) return owner.error();
  if (auto full = check_room(*owner)) return std::move(*full);
  if (!parts_.passkeys.spend(tx, made.ticket)) return Refusal{.error = AccountError::passkey_refused};
  const auto now = parts_.clock.now();
  FactorRecord factor{.id = FactorId(base::Uuid::v7(parts_.clock, parts_.random)),
                      .account = who.account,
                      .kind = FactorKind::webauthn,
                      .counter = made.counter,
                      .created_at = now,
                      .confirmed_at = now};
  factor.credential_index = credential_index(made.passkey.credential_id);
  factor.name_sealed = parts_.vault.seal(owner->account, factor.id, FactorVault::Part::name, name);
  factor.material_sealed =
      parts_.vault.seal(owner->account, factor.id, FactorVault::Part::material, encode_passkey(made.passkey));
  if (!parts_.factors.insert(tx, factor)) return Refusal{.error = AccountError::passkey_refused};
  return added(tx, who, *owner, factor, made.amr);
}

awaitable<base::Result<AddedFactor, Refusal>> FactorService::add_passkey(const contract::Principal& who,
                                                                         std::string name, NewPasskeyAnswer answer,
                                                                         Caller caller) {
  const auto prepared = prepare_name(name);
  if (!prepared) co_return prepared.error();
  const auto made = parts_.passkeys.check_new(answer, ceremony_of(who), caller);
  if (!made) co_return made.error();
  auto work = [&](db::Transaction& tx) { return store_passkey(tx, who, *prepared, *made); };
  auto added = co_await parts_.database.write(work);
  if (added) note("factor_added", who, added->factor.id, caller);
  co_return added;
}

awaitable<base::Result<FactorView, Refusal>> FactorService::rename(const contract::Principal& who, FactorId id,
                                                                   std::string name) {
  const auto prepared = prepare_name(name);
  if (!prepared) co_return prepared.error();
  auto work = [&](db::Transaction& tx) -> base::Result<FactorView, Refusal> {
    const auto owner = parts_.owners.find(tx, who);
    if (!owner) return owner.error();
    const auto sealed = parts_.vault.seal(owner->account, id, FactorVault::Part::name, *prepared);
    if (!parts_.factors.rename(tx, who.account, id, sealed)) return not_found();
    parts_.notices.record(
        tx, {.type = audit::type::kFactorRenamed, .actor = who.account, .account = who.account, .factor = id});
    return view_of(owner->account, parts_.factors.find(tx, id).value());
  };
  co_return co_await parts_.database.write(work);
}

awaitable<base::Result<RemovedFactor, Refusal>> FactorService::remove(const contract::Principal& who, FactorId id,
                                                                      Caller caller) {
  bool ends = false;
  using Ended = std::vector<contract::Revocation>;
  auto work = [&](db::Transaction& tx) -> base::Result<Ended, Refusal> {
    const auto owner = parts_.owners.find_strong(tx, who);
    if (!owner) return owner.error();
    if (!parts_.factors.remove(tx, who.account, id)) return not_found();
    tell(tx, audit::type::kFactorRemoved, who, id);
    const auto left = parts_.factors.list(tx, who.account);
    if (left.empty()) RecoveryCodes::remove_all(tx, who.account);
    if (!has_passkey(left)) {
      demand_.set(tx, who.account, contract::Assurance::two_factors);
    }
    // A link that was mailed before counted on the factor that is gone.
    MailProofStore().close_all(tx, who.account, {ProofPurpose::reset_password, ProofPurpose::change_email},
                               parts_.clock.now());
    // A session that says more than the account can still show would pass where that is asked for, for months.
    const auto session = parts_.session_store.find(tx, who.session);
    ends = session && contract::assurance_of_amr(session->amr) > best_of(left);
    const auto keep = ends ? std::nullopt : std::optional(who.session);
    return parts_.session_store.end_all_of_account(tx, who.account, keep, EndReason::factor_removed,
                                                   parts_.clock.now());
  };
  auto ended = co_await parts_.database.write(work);
  if (!ended) co_return ended.error();
  co_await parts_.sessions.announce(std::move(*ended), EndReason::factor_removed);
  note("factor_removed", who, id, caller);
  co_return RemovedFactor{.session_ended = ends};
}

awaitable<base::Result<void, Refusal>> FactorService::ask_for(const contract::Principal& who,
                                                              contract::Assurance demand, Caller caller) {
  auto work = [&](db::Transaction& tx) -> base::Result<void, Refusal> {
    const auto owner = parts_.owners.find_strong(tx, who);
    if (!owner) return owner.error();
    if (demand > contract::Assurance::two_factors && !has_passkey(owner->factors)) {
      return invalid_input({"acr", "needs a passkey, and there is none", Mistake::no_passkey});
    }
    demand_.set(tx, who.account, demand);
    parts_.notices.changed(tx, {.type = audit::type::kProfileChanged,
                                .actor = who.account,
                                .account = who.account,
                                .fields = {{"sign_in", std::string(contract::acr_of(demand))}}});
    return {};
  };
  const auto done = co_await parts_.database.write(work);
  if (!done) co_return done.error();
  const std::string account = who.account.to_string();
  parts_.log.info("sign_in_demand_set", {{"account", account}, {"acr", contract::acr_of(demand)}}, &caller.trace);
  co_return base::Result<void, Refusal>();
}

awaitable<base::Result<std::vector<base::Secret>, Refusal>> FactorService::renew_recovery_codes(
    const contract::Principal& who, Caller caller) {
  using Codes = std::vector<base::Secret>;
  auto work = [&](db::Transaction& tx) -> base::Result<Codes, Refusal> {
    const auto owner = parts_.owners.find_strong(tx, who);
    if (!owner) return owner.error();
    if (owner->factors.empty()) {
      return invalid_input({"factors", "there is none that codes could stand in for", Mistake::no_factor});
    }
    tell(tx, audit::type::kRecoveryCodesMade, who, FactorId());
    return parts_.recovery_codes.replace(tx, who.account, parts_.clock.now());
  };
  auto codes = co_await parts_.database.write(work);
  if (codes) {
    const std::string account = who.account.to_string();
    parts_.log.info("recovery_codes_renewed", {{"account", account}}, &caller.trace);
  }
  co_return codes;
}

}  // namespace gatehouse::identity
