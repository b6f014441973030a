#include "identity/letter/mail_renderer.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include "identity/letter/page_link.hpp"
#include "identity/mail/mail_time.hpp"

namespace gatehouse::identity {
namespace {

std::string fact_of(const MailFacts& facts, std::string_view name) {
  const auto given = facts.values.find(std::string(name));
  return given != facts.values.end() ? given->second : std::string();
}

}  // namespace

MailRenderer::MailRenderer(Parts parts, MailRendererOptions options) : parts_(parts), options_(std::move(options)) {
  check();
}

void MailRenderer::provide(MailKind kind, MailFactsOf facts) {
  providers_.at(static_cast<std::size_t>(kind)) = std::move(facts);
}

std::optional<mail::Message> MailRenderer::render(const MailJob& job, const std::string& id,
                                                  base::TimePoint asked_at) const {
  auto to = parts_.database.read_blocking([&](db::Transaction& tx) { return recipient_of(tx, job); });
  if (!to || to->address.empty()) return std::nullopt;
  to->facts.values.try_emplace("time", mail_time(asked_at));
  const auto& letter = letter_of(job.kind);
  const auto& locale = parts_.templates.locales().contains(to->language) ? to->language : options_.locale;
  auto rendered = parts_.templates.render(locale, to_string(job.kind), values_of(letter, job, *to, locale));
  return mail::Message{.id = id,
                       .from = {.address = options_.from, .name = options_.service},
                       .to = {.address = to->address},
                       .subject = std::move(rendered.subject),
                       .text = std::move(rendered.text),
                       .html = std::move(rendered.html),
                       .tag = (letter.to_account ? job.account.uuid() : job.reference).to_string()};
}

std::optional<MailRenderer::Recipient> MailRenderer::recipient_of(db::Transaction& tx, const MailJob& job) const {
  const auto& letter = letter_of(job.kind);
  Recipient to;
  if (letter.to_account) {
    const auto account = parts_.accounts.find_with_profile(tx, job.account);
    if (!account || account->state != AccountState::active) return std::nullopt;
    if (letter.is_notice() && account->email_index.empty()) return std::nullopt;
    auto profile = parts_.vault.open(*account);
    to.address = std::move(profile.email);
    to.language = std::move(profile.language);
    // Who reads an address that nobody has proven may be a stranger: nothing that somebody wrote goes there.
    if (!account->email_index.empty()) to.username = account->username;
  }
  const auto& provider = providers_.at(static_cast<std::size_t>(job.kind));
  if (!provider) return to;
  auto facts = provider(tx, job);
  if (!facts) return std::nullopt;
  if (facts->address) to.address = std::move(*facts->address);
  to.facts = std::move(*facts);
  return to;
}

mail::Values MailRenderer::values_of(const Letter& letter, const MailJob& job, const Recipient& to,
                                     const std::string& locale) const {
  mail::Values values{{"service", options_.service}, {"base", options_.base}, {"lang", locale}};
  values["link"] = letter.purpose
                       ? page_link(options_.base, letter.page, parts_.tokens.encode(*letter.purpose, job.reference))
                       : page_link(options_.base, letter.page);
  if (letter.has_code) values["code"] = parts_.tokens.code(letter.purpose.value(), job.reference).expose();
  if (letter.names_account) values["username"] = to.username;
  for (std::size_t i = 0; letter.has_event && i < kMailEvents; ++i) {
    const auto event = static_cast<MailEvent>(i);
    values[std::string(to_string(event))] = event == job.event ? "1" : "";
  }
  for (const auto extra : letter.extras) values[std::string(extra)] = fact_of(to.facts, extra);
  for (const auto fact : letter.facts) {
    auto value = fact_of(to.facts, fact);
    // A sentence with a hole in it is worse than a letter that somebody looks for.
    if (value.empty()) {
      throw std::logic_error("letter " + std::string(to_string(letter.kind)) + " without `" + std::string(fact) + "`");
    }
    values[std::string(fact)] = std::move(value);
  }
  return values;
}

void MailRenderer::check() const {
  if (!parts_.templates.locales().contains(options_.locale)) {
    throw mail::TemplateError("mail templates: there are none of the locale " + options_.locale);
  }
  for (const auto& locale : parts_.templates.locales()) {
    for (const auto& letter : all_letters()) {
      // With all that it may say, and with no more than it always does: each section is written once.
      for (const bool all : {true, false}) {
        Recipient to;
        for (const auto fact : letter.facts) to.facts.values[std::string(fact)] = "x";
        auto values = values_of(letter, {.kind = letter.kind}, to, locale);
        for (auto& [name, value] : values) {
          if (all && value.empty()) value = "x";
        }
        static_cast<void>(parts_.templates.render(locale, to_string(letter.kind), values));
      }
    }
  }
}

}  // namespace gatehouse::identity
