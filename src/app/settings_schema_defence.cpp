#include "app/settings_schema_defence.hpp"

#include "platform/mail/message.hpp"

namespace gatehouse::app {
namespace {

using config::Schema;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto kDay = hours(24);
constexpr std::int64_t kMillion = 1'000'000;

void add_blocks(Schema& s, DefenceSettings& m) {
  s.integer("defence.address_failures", m.address_failures, 1, kMillion,
            "So many failed sign-ins of one address (IPv6: one /64) within defence.address_window block it.");
  s.duration("defence.address_window", m.address_window, minutes(1), kDay, "From the first of them.");
  s.duration("defence.address_block", m.address_block, minutes(1), 30 * kDay, "How long an address stays blocked.");
  s.choice("defence.blocked", m.blocked, {{"challenge", BlockedAddress::challenge}, {"refuse", BlockedAddress::refuse}},
           "Whoever comes from a blocked address is asked for proof of work, or refused. Devices that have signed in "
           "before are neither.");
  s.integer("defence.account_failures", m.account_failures, 1, kMillion,
            "After so many failures at one account within defence.account_window, strange devices are asked for proof "
            "of work there.");
  s.duration("defence.account_window", m.account_window, minutes(1), kDay, "From the first of them.");
}

void add_attacks(Schema& s, DefenceSettings& m) {
  s.integer("defence.spraying_accounts", m.spraying_accounts, 2, kMillion,
            "Failures at so many accounts within defence.attack_window are an attack: a few tries on each of many.");
  s.integer("defence.stuffing_names", m.stuffing_names, 2, kMillion,
            "Failures at so many names that nobody has are an attack, too: a list that comes from elsewhere.");
  s.number("defence.failure_share", m.failure_share, 0.01, 1,
           "And only where failures are at least this share of all sign-ins of strange devices.");
  s.duration("defence.attack_window", m.attack_window, minutes(1), kDay, "Over which accounts and names are counted.");
  s.duration("defence.suspicion", m.suspicion, minutes(1), kDay,
             "How long every strange device is asked for proof of work once an attack was noticed.");
}

void add_challenge(Schema& s, DefenceSettings& m) {
  s.integer("defence.busy_queue", m.busy_queue, 1, 101,
            "Strange devices are asked for proof of work while the hash queue is so full, in per cent. 101: never.");
  s.integer(
      "defence.challenge_work", m.challenge_work, 1'000, kMillion,
      "Hashes that solve a challenge, at most; half of them on average. Four times as many at a blocked address.");
  s.duration("defence.challenge_lifetime", m.challenge_lifetime, seconds(30), hours(1), "How long one is good.");
  s.choice("defence.challenge_registration", m.registration,
           {{"suspicion", NewcomerChallenge::suspicion}, {"always", NewcomerChallenge::always}},
           "When a registration is asked for proof of work.");
}

config::Complaint check_operator(std::string_view text) {
  if (mail::is_plain_address(text)) return std::nullopt;
  return "must be one e-mail address";
}

void add_alert(Schema& s, AlertSettings& m) {
  s.secret("alert.webhook_url", m.webhook_url,
           "https://…; gets each security event as JSON, by POST. At most five of a kind at once. Empty: none.");
  s.secret("alert.slack_url", m.slack_url,
           "An incoming webhook of Slack, or of what takes its format: the same in words. Empty: none.");
  s.list("alert.email", m.email, "addresses such as operators@app.example", check_operator,
         "Operators who are written to, by the server of [mail].");
  s.path("alert.ca_file", m.ca_file,
         "The certificates, PEM, that vouch for these. Empty: those that the system trusts.");
}

}  // namespace

void add_defence(Schema& schema, Settings& settings) {
  add_blocks(schema, settings.defence);
  add_attacks(schema, settings.defence);
  add_challenge(schema, settings.defence);
  add_alert(schema, settings.alert);
}

}  // namespace gatehouse::app
