#pragma once

#include "app/defences.hpp"
#include "app/installation.hpp"
#include "identity/account/password_work.hpp"
#include "identity/account/sign_in_completion.hpp"
#include "identity/factor/code_check.hpp"
#include "identity/factor/factor_service.hpp"
#include "identity/factor/owner.hpp"
#include "identity/factor/passkey_sign_in.hpp"
#include "identity/factor/passkeys.hpp"
#include "identity/factor/reauthentication.hpp"
#include "identity/factor/second_steps.hpp"
#include "identity/session/session_service.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::app {

// Second factors, put together: the part of the role `identity` that is theirs. Thread-safe as its parts are.
class FactorParts {
 public:
  // REQUIRES: all outlive it.
  FactorParts(Installation& installation, identity::PasswordWork& passwords, identity::SessionService& sessions,
              identity::SignInCompletion& completion, Defences& defences, telemetry::Logger& log);

  [[nodiscard]] identity::SecondSteps& second_steps() noexcept { return second_steps_; }
  [[nodiscard]] identity::PasskeySignIn& passkey_sign_in() noexcept { return passkey_sign_in_; }
  [[nodiscard]] identity::FactorService& service() noexcept { return service_; }
  [[nodiscard]] identity::Reauthentication& reauthentication() noexcept { return reauthentication_; }
  [[nodiscard]] identity::FactorAdministration& administration() noexcept { return administration_; }

 private:
  identity::CodeGuard guard_;
  identity::TicketCodec tickets_;
  identity::CodeCheck codes_;
  identity::Owners owners_;
  identity::Passkeys passkeys_;
  identity::SecondSteps second_steps_;
  identity::PasskeySignIn passkey_sign_in_;
  identity::FactorService service_;
  identity::Reauthentication reauthentication_;
  identity::FactorAdministration administration_;
};

}  // namespace gatehouse::app
