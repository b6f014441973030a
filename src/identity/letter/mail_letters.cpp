#include "identity/letter/mail_letters.hpp"

#include <array>
#include <cstddef>

namespace gatehouse::identity {
namespace {

constexpr std::array<std::string_view, 1> kTime{"time"};
constexpr std::array<std::string_view, 1> kDate{"date"};

constexpr std::array<std::string_view, 1> kMinutes{"minutes"};
constexpr std::array<std::string_view, 1> kHours{"hours"};
constexpr std::array<std::string_view, 1> kDays{"days"};
constexpr std::array<std::string_view, 2> kDevice{"device", "place"};
constexpr std::array<std::string_view, 1> kFactor{"factor"};

// In the order of MailKind.
constexpr std::array kLetters{
    Letter{.kind = MailKind::verify_email,
           .page = "/verify",
           .purpose = TokenPurpose::verify_email,
           .has_code = true,
           .extras = kMinutes},
    Letter{.kind = MailKind::confirm_new_email,
           .page = "/change-email",
           .purpose = TokenPurpose::change_email,
           .has_code = true,
           .extras = kMinutes},
    Letter{.kind = MailKind::email_changed_notice,
           .page = "/restore-email",
           .purpose = TokenPurpose::restore_email,
           .names_account = true,
           .facts = kTime,
           .extras = kHours},
    Letter{.kind = MailKind::reset_password,
           .page = "/reset",
           .purpose = TokenPurpose::reset_password,
           .has_code = true,
           .names_account = true,
           .extras = kMinutes},
    Letter{.kind = MailKind::password_changed, .page = "/reset", .names_account = true, .facts = kTime},
    Letter{.kind = MailKind::new_device,
           .page = "/account/sessions",
           .names_account = true,
           .facts = kTime,
           .extras = kDevice},
    Letter{.kind = MailKind::factor_changed,
           .page = "/account/security",
           .names_account = true,
           .has_event = true,
           .facts = kTime,
           .extras = kFactor},
    Letter{.kind = MailKind::invite,
           .page = "/invite",
           .purpose = TokenPurpose::invite,
           .to_account = false,
           .extras = kDays},
    Letter{.kind = MailKind::account_deletion, .page = "/account", .names_account = true, .facts = kDate},
    Letter{.kind = MailKind::address_in_use, .page = "/sign-in", .names_account = true},
    Letter{.kind = MailKind::username_changed, .page = "/account", .names_account = true, .facts = kTime},
    Letter{.kind = MailKind::codes_failed, .page = "/account/security", .names_account = true, .facts = kTime},
};

}  // namespace

const Letter& letter_of(MailKind kind) { return kLetters.at(static_cast<std::size_t>(kind)); }
std::span<const Letter> all_letters() { return kLetters; }

}  // namespace gatehouse::identity
