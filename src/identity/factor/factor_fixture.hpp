#pragma once

#include <string>
#include <utility>
#include <variant>

#include "crypto/mac.hpp"
#include "crypto/totp.hpp"
#include "identity/account/identity_fixture.hpp"
#include "identity/factor/factor_reset.hpp"
#include "identity/factor/factor_service.hpp"
#include "identity/factor/passkey_sign_in.hpp"
#include "identity/factor/reauthentication.hpp"
#include "identity/factor/second_steps.hpp"

namespace gatehouse::identity {

// For tests: identity with second factors. `sign_in` and `self_service` are those that know of them.
struct FactorStack : IdentityStack {
  using IdentityStack::IdentityStack;

  FactorStore factor_store;
  FactorVault factor_vault{secrets.account_kek, random};
  RecoveryCodes recovery_codes{crypto::derive_key(secrets.ticket_mac, "recovery codes"), random};
  CodeGuard code_guard;
  SignInStepStore step_store;
  TicketCodec tickets{secrets.ticket_mac.clone()};
  FactorNotices notices{audit, outbox};
  CodeCheck codes{{factor_store, factor_vault, recovery_codes, code_guard, notices, clock}};
  Owners owners{store, session_store, factor_store, clock};
  Passkeys passkeys{{.database = database,
                     .accounts = store,
                     .factors = factor_store,
                     .vault = factor_vault,
                     .steps = step_store,
                     .tickets = tickets,
                     .clock = clock,
                     .random = random,
                     .log = log.logger()},
                    {.id = "app.example", .origins = {"https://app.example"}},
                    "Gatehouse"};
  SecondSteps second_steps{{.database = database,
                            .accounts = store,
                            .factors = factor_store,
                            .recovery_codes = recovery_codes,
                            .steps = step_store,
                            .codes = codes,
                            .tickets = tickets,
                            .passkeys = passkeys,
                            .sessions = sessions,
                            .completion = completion,
                            .defence = defence,
                            .devices = devices,
                            .notices = notices,
                            .clock = clock,
                            .random = random,
                            .log = log.logger()}};
  FactorService factors{{.database = database,
                         .owners = owners,
                         .factors = factor_store,
                         .vault = factor_vault,
                         .recovery_codes = recovery_codes,
                         .passkeys = passkeys,
                         .session_store = session_store,
                         .sessions = sessions,
                         .notices = notices,
                         .clock = clock,
                         .random = random,
                         .log = log.logger()},
                        "Gatehouse"};
  Reauthentication reauthentication{{.database = database,
                                     .owners = owners,
                                     .passwords = passwords,
                                     .codes = codes,
                                     .passkeys = passkeys,
                                     .sessions = sessions,
                                     .notices = notices,
                                     .clock = clock,
                                     .log = log.logger()}};
  PasskeySignIn passkey_sign_in{database, passkeys, sessions, completion, devices, notices, false};
  FactorReset factor_reset{{steps, session_store, notices, clock}};
  FactorAdministration factor_administration{database, steps, factor_reset, sessions, log.logger()};
  SignIn sign_in{sign_in_parts(&second_steps)};
  CurrentPassword current_password{current_password_parts(&second_steps)};
  SelfService self_service{self_service_parts(current_password)};

  // Who holds these tokens, as the gate would say it.
  [[nodiscard]] contract::Principal principal_of(const Account& account, const SessionTokens& tokens) {
    const auto row =
        database.read_blocking([&](db::Transaction& tx) { return session_store.find(tx, tokens.session); });
    contract::Principal who;
    who.account = account.id;
    who.session = tokens.session;
    who.amr = row->amr;
    who.auth_time = row->auth_time;
    return who;
  }
  base::Result<SignInAnswer, Refusal> answer_to(const std::string& username, std::string_view password = kPassword) {
    SignInRequest request;
    request.identifier = username;
    request.password = base::Secret(password);
    return test::run_on_loop(sign_in.sign_in(std::move(request), caller()));
  }
};

// For tests: an authenticator app that has scanned a secret of 20 bytes.
class FakeApp {
 public:
  explicit FakeApp(std::string_view base32) {
    std::uint32_t bits = 0;
    int held = 0;
    std::string key;
    for (const char c : base32) {
      const int value = c >= 'A' ? c - 'A' : c - '2' + 26;
      bits = (bits << 5U) | static_cast<std::uint32_t>(value);
      held += 5;
      if (held < 8) continue;
      held -= 8;
      key.push_back(static_cast<char>((bits >> static_cast<unsigned>(held)) & 0xFFU));
    }
    key_ = base::Secret(std::move(key));
  }
  [[nodiscard]] std::string code(base::TimePoint now, int steps_later = 0) const {
    return crypto::hotp(key_, crypto::totp_step(now) + steps_later);
  }

 private:
  base::Secret key_;
};

}  // namespace gatehouse::identity
