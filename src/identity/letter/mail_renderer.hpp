#pragma once

#include <array>
#include <optional>
#include <string>

#include "identity/account/account_store.hpp"
#include "identity/account/account_vault.hpp"
#include "identity/letter/mail_letters.hpp"
#include "identity/mail/mail_facts.hpp"
#include "identity/token/one_time_token.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/database.hpp"
#include "platform/mail/message.hpp"
#include "platform/mail/template_set.hpp"

namespace gatehouse::identity {

struct MailRendererOptions {
  std::string base;           // origin that links begin with
  std::string service;        // what the installation is called
  std::string from;           // address
  std::string locale = "en";  // for whoever has chosen none that there is
};

// Writes the letters, when they are sent: opens the account's address and computes the token only then. Thread-safe
// once every provider is in. REQUIRES: the parts outlive it.
class MailRenderer {
 public:
  struct Parts {
    db::Database& database;
    const AccountStore& accounts;
    const AccountVault& vault;
    const OneTimeTokenCodec& tokens;
    const mail::TemplateSet& templates;
  };
  // Throws mail::TemplateError unless every letter can be written in every locale: a mistake shows at the start.
  MailRenderer(Parts parts, MailRendererOptions options);

  // Who knows about the references of this kind. Without one the letter says no more than its job does.
  void provide(MailKind kind, MailFactsOf facts);

  // `id`: of the message. `asked_at`: when the job was made, and what it tells of happened; it may have waited for
  // hours since. Nothing: no such account (any more), erased, disabled, without an address; or the provider says that
  // there is nothing to write about. Throws base::Unavailable when the data can't be read, std::logic_error when a fact
  // that the letter can't be without is missing.
  [[nodiscard]] std::optional<mail::Message> render(const MailJob& job, const std::string& id,
                                                    base::TimePoint asked_at) const;

 private:
  struct Recipient {
    std::string address;
    std::string username;
    std::string language;  // as chosen; may be empty, or one without templates
    MailFacts facts;
  };
  [[nodiscard]] std::optional<Recipient> recipient_of(db::Transaction& tx, const MailJob& job) const;
  [[nodiscard]] mail::Values values_of(const Letter& letter, const MailJob& job, const Recipient& to,
                                       const std::string& locale) const;
  void check() const;

  const Parts parts_;
  const MailRendererOptions options_;
  std::array<MailFactsOf, kMailKinds> providers_{};
};

}  // namespace gatehouse::identity
