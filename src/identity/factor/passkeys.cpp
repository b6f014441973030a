#include "identity/factor/passkeys.hpp"

#include <utility>

#include "crypto/webauthn/client_data.hpp"

namespace gatehouse::identity {
namespace {

using boost::asio::awaitable;

constexpr std::string_view kFine;

// RFC 8176: a key in hardware, or one that is copied between devices; `user`: somebody touched it. What it amounts to
// (`mfa`) depends on what else was shown.
std::vector<std::string> amr_of(bool backup_eligible) { return {backup_eligible ? "swk" : "hwk", "user", "mfa"}; }

// A counter that does not grow means two copies of one key (section 7.2, step 21). Synced passkeys have none: zero.
bool went_back(std::int64_t stored, std::int64_t shown) { return (stored != 0 || shown != 0) && shown <= stored; }

}  // namespace

struct Passkeys::Candidate {
  AccountRecord account;
  FactorRecord factor;
};

PasskeyRequest Passkeys::request(const Ceremony& ceremony, std::vector<Passkey> allowed) const {
  auto made = parts_.tickets.make(ceremony.use, ceremony.bound_to, parts_.clock.now() + kLifetime, parts_.random);
  return {.challenge = std::move(made.bytes),
          .relying_party = relying_party_.id,
          .allowed = std::move(allowed),
          .user_verified = ceremony.user_verified,
          .timeout = kLifetime};
}

PasskeyCreation Passkeys::creation(const Ceremony& ceremony, const AccountRecord& account,
                                   std::vector<Passkey> existing) const {
  auto made = parts_.tickets.make(ceremony.use, ceremony.bound_to, parts_.clock.now() + kLifetime, parts_.random);
  return {.challenge = std::move(made.bytes),
          .relying_party = relying_party_.id,
          .service_name = service_name_,
          .user_handle = std::string(account.id.bytes()),
          .username = account.username,
          .display_name = account.username,
          .existing = std::move(existing),
          .timeout = kLifetime};
}

std::vector<Passkey> Passkeys::of(const AccountRecord& account, const std::vector<FactorRecord>& factors) const {
  std::vector<Passkey> passkeys;
  for (const auto& factor : factors) {
    if (factor.kind != FactorKind::webauthn) continue;
    passkeys.push_back(
        decode_passkey(parts_.vault.open(account, factor.id, FactorVault::Part::material, factor.material_sealed)));
  }
  return passkeys;
}

// The challenge is read from the answer itself: that it is one of ours, for this ceremony, and not yet expired its MAC
// shows. That it is answered once, use() sees to.
std::optional<TicketCodec::Ticket> Passkeys::ticket_in(std::string_view client_data_json, const Ceremony& ceremony,
                                                       std::string& challenge) const {
  auto data = crypto::webauthn::parse_client_data(client_data_json);
  if (!data) return std::nullopt;
  challenge = std::move(data->challenge);
  return parts_.tickets.read(ceremony.use, ceremony.bound_to, challenge, parts_.clock.now());
}

std::optional<Passkeys::Candidate> Passkeys::find(db::Transaction& tx, const PasskeyAnswer& answer) const {
  auto factor = parts_.factors.find_by_credential(tx, credential_index(answer.credential_id));
  if (!factor) return std::nullopt;
  auto account = parts_.accounts.find(tx, factor->account);
  if (!account || account->state != AccountState::active) return std::nullopt;
  return Candidate{std::move(*account), std::move(*factor)};
}

std::string_view Passkeys::check(const Candidate& candidate, const PasskeyAnswer& answer, const Ceremony& ceremony,
                                 std::string_view challenge, Proof& proof) const {
  const auto& [account, factor] = candidate;
  if (ceremony.account && *ceremony.account != account.id) return "another_accounts_passkey";
  // Where nobody has said yet who signs in, the authenticator has to (section 7.2, step 6).
  if (!ceremony.account && answer.user_handle.empty()) return "no_user_handle";
  if (!answer.user_handle.empty() && answer.user_handle != account.id.bytes()) return "wrong_user_handle";
  const auto passkey =
      decode_passkey(parts_.vault.open(account, factor.id, FactorVault::Part::material, factor.material_sealed));
  const auto shown = crypto::webauthn::verify_assertion(
      answer.assertion, passkey.public_key,
      {.relying_party = relying_party_, .challenge = challenge, .user_verified = ceremony.user_verified});
  if (!shown) return crypto::webauthn::to_string(shown.error());
  if (shown->backup_eligible != passkey.backup_eligible) return "another_kind_of_key";
  if (went_back(factor.counter, shown->sign_count)) return "counter_went_back";
  proof.counter = shown->sign_count;
  proof.amr = amr_of(passkey.backup_eligible);
  return kFine;
}

Refusal Passkeys::refuse(std::string_view reason, const Caller& caller) const {
  parts_.log.info("passkey_refused", {{"reason", reason}}, &caller.trace);
  return {.error = AccountError::passkey_refused};
}

awaitable<base::Result<Passkeys::Proof, Passkeys::Refused>> Passkeys::prove(PasskeyAnswer answer, Ceremony ceremony,
                                                                            Caller caller) {
  std::string challenge;
  auto ticket = ticket_in(answer.assertion.client_data_json, ceremony, challenge);
  if (!ticket) co_return Refused{refuse("wrong_challenge", caller)};
  auto look_up = [&](db::Transaction& tx) { return find(tx, answer); };
  auto candidate = co_await parts_.database.read(look_up);
  if (!candidate) co_return Refused{refuse("unknown_credential", caller)};
  Proof proof;
  if (const auto reason = check(*candidate, answer, ceremony, challenge, proof); reason != kFine) {
    co_return Refused{refuse(reason, caller), candidate->account.id};
  }
  proof.account = std::move(candidate->account);
  proof.factor = std::move(candidate->factor);
  proof.ticket = std::move(*ticket);
  co_return proof;
}

bool Passkeys::use(db::Transaction& tx, const Proof& proof) const {
  const auto account = parts_.accounts.find(tx, proof.account.id);
  if (!account || account->state != AccountState::active) return false;
  if (standing_digest(*account) != standing_digest(proof.account)) return false;
  return spend(tx, proof.ticket) && parts_.factors.advance_signature_counter(tx, proof.factor.id, proof.factor.counter,
                                                                             proof.counter, parts_.clock.now());
}

base::Result<Passkeys::New, Refusal> Passkeys::check_new(const NewPasskeyAnswer& answer, const Ceremony& ceremony,
                                                         const Caller& caller) const {
  std::string challenge;
  auto ticket = ticket_in(answer.registration.client_data_json, ceremony, challenge);
  if (!ticket) return refuse("wrong_challenge", caller);
  const auto made = crypto::webauthn::verify_registration(
      answer.registration,
      {.relying_party = relying_party_, .challenge = challenge, .user_verified = ceremony.user_verified});
  if (!made) return refuse(crypto::webauthn::to_string(made.error()), caller);
  return New{.passkey = {.credential_id = made->id,
                         .public_key = made->public_key,
                         .transports = answer.transports,
                         .backup_eligible = made->backup_eligible},
             .counter = made->sign_count,
             .amr = amr_of(made->backup_eligible),
             .ticket = std::move(*ticket)};
}

}  // namespace gatehouse::identity
