#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "contract/ids.hpp"
#include "platform/base/uuid.hpp"

namespace gatehouse::identity {

// Each has a template of its name: templates/mail/<locale>/<kind>.{txt,html}.
enum class MailKind : std::uint8_t {
  verify_email,          // link and code of `reference`
  confirm_new_email,     // the same, to the new address, which `reference` holds
  email_changed_notice,  // to the old address, which `reference` holds, with the link that puts it back
  reset_password,        // link and code of `reference`
  password_changed,
  new_device,        // `reference`: the session
  factor_changed,    // `reference`: the factor
  invite,            // link of `reference`, which holds the address; there is no account yet
  account_deletion,  // `reference`: the request
  address_in_use,    // somebody registered with, or wants to change to, the address of `account`
  username_changed,
  codes_failed,  // wrong codes in a row, by somebody who knows the password or has an open session
};
inline constexpr std::size_t kMailKinds = 12;
[[nodiscard]] std::string_view to_string(MailKind kind);  // verify_email
[[nodiscard]] std::optional<MailKind> mail_kind(std::string_view name);

// What became of the factors of an account, for `factor_changed`: the sentence of the letter is chosen by it.
enum class MailEvent : std::uint8_t {
  changed,  // no more is known: another kind, or a job that another version of the program made
  added,
  removed,
  codes_renewed,
  code_used,  // a recovery code
  demand_changed,
  reset,  // all of them, by an administrator
};
inline constexpr std::size_t kMailEvents = 7;
[[nodiscard]] std::string_view to_string(MailEvent event);  // codes_renewed

// What a letter is about. Nil ids: none (an invite has no account, a changed password no reference).
struct MailJob {
  MailKind kind = MailKind::verify_email;
  contract::AccountId account{};
  base::Uuid reference{};
  MailEvent event = MailEvent::changed;

  // As it lies in the queue: ids and a word of MailEvent.
  [[nodiscard]] std::string payload() const;
  // Nothing unless it is what payload() makes; an event that is missing or that this version does not know is
  // `changed`, so that a letter is written in any case.
  [[nodiscard]] static std::optional<MailJob> read(std::string_view kind, std::string_view payload);

  friend bool operator==(const MailJob&, const MailJob&) = default;
};

}  // namespace gatehouse::identity
