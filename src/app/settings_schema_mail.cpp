#include "app/settings_schema_mail.hpp"

#include "app/settings_forms.hpp"
#include "platform/mail/message.hpp"
#include "platform/text/language.hpp"

namespace gatehouse::app {
namespace {

using config::Complaint;
using config::Schema;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Complaint check_sender(std::string_view text) {
  if (mail::is_plain_address(text)) return std::nullopt;
  return "must be one address, such as no-reply@app.example";
}

Complaint check_locale(std::string_view text) {
  if (text::is_language(text)) return std::nullopt;
  return "must be the name of a folder of templates, such as en or de";
}

void add_mail(Schema& s, MailSettings& m) {
  s.secret(
      "mail.smtp_url", m.smtp_url,
      "The server that takes letters: smtp://user:password@host:587 (STARTTLS) or smtps://host:465. Empty: letters "
      "become files in the folder mail of data.dir.");
  s.text("mail.from", m.from, "an address", check_sender, "Whom letters come from.");
  s.text("mail.locale", m.locale, "en, de, or a folder of mail.templates", check_locale,
         "The language of letters to whoever has chosen none that there are templates in.");
  s.path("mail.ca_file", m.ca_file,
         "The certificates, PEM, that vouch for the server. Empty: those the system trusts.");
  s.boolean("mail.allow_plaintext", m.allow_plaintext,
            "Send without TLS where the server offers none: everybody on the way reads the links.");
  s.duration("mail.timeout", m.timeout, seconds(1), minutes(1), "For one letter, from the first word to the last.");
  s.path("mail.templates", m.templates,
         "A folder with templates of your own, <locale>/<kind>.txt and .html; what it lacks is built in.");
}

void add_webhook(Schema& s, WebhookSettings& m) {
  s.boolean("webhook.allow_http", m.allow_http, "Send to http:// as well: everybody on the way reads the events.");
  s.boolean("webhook.allow_private", m.allow_private,
            "Send to addresses of this machine and of private networks, too. Administrators choose the URLs.");
  s.list("webhook.allowed_hosts", m.allowed_hosts, "host names in lower case", check_host,
         "Send to these hosts alone. Empty: to any, within the two settings above.");
  s.path("webhook.ca_file", m.ca_file,
         "The certificates, PEM, that vouch for receivers. Empty: those the system trusts.");
  s.duration("webhook.timeout", m.timeout, seconds(1), seconds(30), "For a receiver to take an event.");
  s.integer("webhook.deliveries", m.deliveries, 1, 50,
            "Receivers that are told at the same time, one thread each: so many may hang before others wait for them.");
  s.duration("webhook.disable_after", m.disable_after, minutes(1), 365 * 24 * hours(1),
             "A receiver that has taken nothing for so long is switched off.");
}

}  // namespace

void add_outbound(Schema& schema, Settings& settings) {
  add_mail(schema, settings.mail);
  add_webhook(schema, settings.webhook);
}

}  // namespace gatehouse::app
