#include "app/factor_parts.hpp"

namespace gatehouse::app {

FactorParts::FactorParts(Installation& installation, identity::PasswordWork& passwords,
                         identity::SessionService& sessions, identity::SignInCompletion& completion, Defences& defences,
                         telemetry::Logger& log)
    : tickets_(installation.secrets.ticket_mac.clone()),
      codes_({installation.factors, installation.factor_vault, installation.recovery_codes, guard_,
              installation.factor_notices, installation.clock}),
      owners_(installation.accounts, installation.sessions, installation.factors, installation.clock),
      passkeys_({*installation.database, installation.accounts, installation.factors, installation.factor_vault,
                 installation.sign_in_steps, tickets_, installation.clock, installation.random, log},
                {.id = installation.settings.webauthn.rp_id, .origins = installation.settings.webauthn.origins},
                installation.settings.pages.name),
      second_steps_({*installation.database, installation.accounts, installation.factors, installation.recovery_codes,
                     installation.sign_in_steps, codes_, tickets_, passkeys_, sessions, completion, defences.defence(),
                     defences.devices(), installation.factor_notices, installation.clock, installation.random, log}),
      passkey_sign_in_(*installation.database, passkeys_, sessions, completion, defences.devices(),
                       installation.factor_notices,
                       installation.settings.registration.verify_email == VerifyEmail::require),
      service_({*installation.database, owners_, installation.factors, installation.factor_vault,
                installation.recovery_codes, passkeys_, installation.sessions, sessions, installation.factor_notices,
                installation.clock, installation.random, log},
               installation.settings.pages.name),
      reauthentication_({*installation.database, owners_, passwords, codes_, passkeys_, sessions,
                         installation.factor_notices, installation.clock, log}),
      administration_(*installation.database, installation.account_steps, installation.factor_reset, sessions, log) {}

}  // namespace gatehouse::app
