#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "identity/mail/mail_job.hpp"
#include "identity/token/one_time_token.hpp"

namespace gatehouse::identity {

// What each kind of letter is made of, besides its templates.
struct Letter {
  MailKind kind;
  std::string_view page;                  // where its link leads, on server.public_url
  std::optional<TokenPurpose> purpose{};  // of the token in the link's fragment, made of the job's reference
  bool has_code = false;                  // `code`, the same for those who can't follow a link
  bool to_account = true;                 // false: to whom MailFacts say; there is no account yet
  bool names_account = false;             // `username`; empty where the address was never shown to be the account's
  bool has_event = false;                 // that of the job, by its name, for a section: {{#removed}}…{{/removed}}
  // A template of this kind knows `service`, `base`, `lang`, `link`, the above and these. Without one of `facts` there
  // is no letter; `extras` may be empty, so they stand in sections: {{#place}}…{{/place}}.
  std::span<const std::string_view> facts{};
  std::span<const std::string_view> extras{};

  // It tells, and asks for nothing: only to an address that was shown to be the account's. To another it would carry
  // words that its sender chose to somebody who never heard of us.
  [[nodiscard]] bool is_notice() const noexcept { return names_account && !purpose; }
};
[[nodiscard]] const Letter& letter_of(MailKind kind);
[[nodiscard]] std::span<const Letter> all_letters();

}  // namespace gatehouse::identity
