#pragma once

#include <boost/asio/awaitable.hpp>

#include "contract/principal.hpp"
#include "identity/api/api_context.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

// One function a row of the route table: parse → work → answer. Who may call, and that no foreign page does, has been
// settled before (see access.hpp). Each may run on any event loop.
namespace gatehouse::identity {

using Answer = boost::asio::awaitable<http::Response>;

// sign_in_handlers.cpp
Answer register_account(const ApiContext& context, http::Request& request);
Answer login(const ApiContext& context, http::Request& request);

// defence_handlers.cpp
Answer show_challenge(const ApiContext& context, http::Request& request);
Answer list_blocks(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer end_block(const ApiContext& context, http::Request& request, const contract::Principal& who);

// second_step_handlers.cpp
Answer finish_with_factor(const ApiContext& context, http::Request& request);
Answer passkey_options(const ApiContext& context, http::Request& request);
Answer sign_in_with_passkey(const ApiContext& context, http::Request& request);

// reauthentication_handlers.cpp
Answer reauthentication_options(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer reauthenticate(const ApiContext& context, http::Request& request, const contract::Principal& who);

// factor_handlers.cpp
Answer list_factors(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer begin_totp(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer confirm_totp(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer begin_passkey(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer add_passkey(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer rename_factor(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer remove_factor(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer set_sign_in_demand(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer renew_recovery_codes(const ApiContext& context, http::Request& request, const contract::Principal& who);

// token_handlers.cpp
Answer refresh(const ApiContext& context, http::Request& request);
Answer logout(const ApiContext& context, http::Request& request);
Answer show_keys(const ApiContext& context, http::Request& request);

// session_handlers.cpp
Answer show_session(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer list_sessions(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer end_session(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer end_other_sessions(const ApiContext& context, http::Request& request, const contract::Principal& who);

// profile_handlers.cpp
Answer show_profile(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer change_profile(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer change_password(const ApiContext& context, http::Request& request, const contract::Principal& who);

// recovery_handlers.cpp
Answer forgot_password(const ApiContext& context, http::Request& request);
Answer check_password_reset(const ApiContext& context, http::Request& request);
Answer reset_password(const ApiContext& context, http::Request& request);
Answer verify_email(const ApiContext& context, http::Request& request);
Answer confirm_email_change(const ApiContext& context, http::Request& request);
Answer restore_email(const ApiContext& context, http::Request& request);
Answer send_email_verification(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer request_email_change(const ApiContext& context, http::Request& request, const contract::Principal& who);

// invite_handlers.cpp
Answer check_invite(const ApiContext& context, http::Request& request);
Answer accept_invite(const ApiContext& context, http::Request& request);
Answer create_invite(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer list_invites(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer withdraw_invite(const ApiContext& context, http::Request& request, const contract::Principal& who);
// privacy_handlers.cpp
Answer download_data(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer request_deletion(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer cancel_deletion(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer erase_account(const ApiContext& context, http::Request& request, const contract::Principal& who);

// admin_handlers.cpp
Answer list_accounts(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer search_accounts(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer create_account(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer show_account(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer set_account_roles(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer disable_account(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer enable_account(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer reset_account_factors(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer end_account_sessions(const ApiContext& context, http::Request& request, const contract::Principal& who);

// key_handlers.cpp
Answer list_signing_keys(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer rotate_signing_key(const ApiContext& context, http::Request& request, const contract::Principal& who);

// overview_handlers.cpp
Answer show_overview(const ApiContext& context, http::Request& request, const contract::Principal& who);

// role_handlers.cpp
Answer list_roles(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer replace_roles(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer define_role(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer remove_role(const ApiContext& context, http::Request& request, const contract::Principal& who);

// mail_handlers.cpp
Answer list_dead_letters(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer retry_dead_letter(const ApiContext& context, http::Request& request, const contract::Principal& who);

// webhook_handlers.cpp
Answer list_webhooks(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer add_webhook(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer change_webhook(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer remove_webhook(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer replay_webhook(const ApiContext& context, http::Request& request, const contract::Principal& who);

// audit_handlers.cpp
Answer list_audit_events(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer list_security_events(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer export_audit_log(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer list_errors(const ApiContext& context, http::Request& request, const contract::Principal& who);
Answer show_error(const ApiContext& context, http::Request& request, const contract::Principal& who);

}  // namespace gatehouse::identity
