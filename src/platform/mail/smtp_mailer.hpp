#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/secret.hpp"
#include "platform/mail/mailer.hpp"

namespace gatehouse::mail {

struct SmtpOptions {
  base::Secret url;                 // smtp://user:password@host:587 (STARTTLS) or smtps://host:465
  std::filesystem::path ca_file{};  // PEM; empty: the system's authorities
  bool allow_plaintext = false;     // without it nothing is said before TLS stands, whatever the server offers
  std::chrono::milliseconds timeout{30'000};  // for one message, from the name lookup to the last word
  std::chrono::milliseconds connect_timeout{10'000};
};

// Whether `url` is of the form above: a scheme, a host, nothing behind the port.
[[nodiscard]] bool is_smtp_url(const base::Secret& url);

// Hands messages to a server (RFC 5321, 3207, 4954); the connection is kept from one to the next. TLS 1.2 or later,
// certificates are checked. REQUIRES: clock and random outlive it.
class SmtpMailer final : public Mailer {
 public:
  SmtpMailer(SmtpOptions options, const base::Clock& clock, base::Random& random);
  ~SmtpMailer() override;

  [[nodiscard]] Delivery send(const Message& message) override;
  void cancel() override;

 private:
  struct State;  // libcurl stays behind it
  std::unique_ptr<State> state_;
};

}  // namespace gatehouse::mail
