#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "identity/account/administration.hpp"
#include "identity/account/registration.hpp"
#include "identity/account/self_service.hpp"
#include "identity/account/sign_in.hpp"
#include "identity/api/access.hpp"
#include "identity/audit/audit_desk.hpp"
#include "identity/defence/defence.hpp"
#include "identity/defence/known_devices.hpp"
#include "identity/factor/factor_reset.hpp"
#include "identity/factor/factor_service.hpp"
#include "identity/factor/passkey_sign_in.hpp"
#include "identity/factor/reauthentication.hpp"
#include "identity/factor/second_steps.hpp"
#include "identity/letter/dead_letters.hpp"
#include "identity/overview/overview.hpp"
#include "identity/privacy/deletion_service.hpp"
#include "identity/privacy/member_data.hpp"
#include "identity/recovery/account_creation.hpp"
#include "identity/recovery/email_change.hpp"
#include "identity/recovery/email_verification.hpp"
#include "identity/recovery/invites.hpp"
#include "identity/recovery/password_reset.hpp"
#include "identity/role/role_administration.hpp"
#include "identity/session/session_service.hpp"
#include "identity/token/key_administration.hpp"
#include "identity/token/key_manager.hpp"
#include "identity/token/refresh_token.hpp"
#include "identity/webhook/webhooks.hpp"

namespace gatehouse::identity {

// What the handlers work with. REQUIRES: it and all it refers to outlive the routes made from it.
struct ApiContext {
  const Access& access;
  Registration& registration;
  SignIn& sign_in;
  SecondSteps& second_steps;
  PasskeySignIn& passkey_sign_in;
  FactorService& factors;
  Reauthentication& reauthentication;
  SelfService& self_service;
  Administration& administration;
  FactorAdministration& factor_administration;
  RoleAdministration& roles;
  KeyAdministration& key_administration;
  Overview& overview;
  AccountCreation& account_creation;
  // What a route or a rule of the gate asks for; make_routes() adds what the routes do.
  std::shared_ptr<std::set<std::string>> asked_permissions = std::make_shared<std::set<std::string>>();
  SessionService& sessions;
  Defence& defence;
  const KnownDevices& devices;
  DeletionService& deletion;
  MemberData& member_data;
  const RefreshTokenCodec& refresh_tokens;
  const KeyManager& keys;
  DeadLetters& dead_letters;
  Webhooks& webhooks;
  EmailVerification& email_verification;
  EmailChange& email_change;
  PasswordReset& password_reset;
  Invites& invites;
  AuditDesk& audit_desk;
  // Whether whatever is done as an administrator needs a sign-in with two factors.
  bool administrators_need_second_factor = true;
  // How long others may keep the key set. A new key is published a whole rotation before it signs, so an old copy is
  // safe; short, because a revoked key has to leave those copies, too.
  std::chrono::seconds jwks_max_age{300};
};

}  // namespace gatehouse::identity
