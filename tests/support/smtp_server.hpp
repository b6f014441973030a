#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/server_process.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::test {

// A real SMTP server (Debian's aiosmtpd) on a free port of 127.0.0.1; smtp_server.py says how recipients choose what it
// does. Killed when the object goes.
class SmtpServer {
 public:
  enum class Tls { none, starttls, implicit };
  explicit SmtpServer(Tls tls = Tls::none, const std::string& login = "");  // "user:password"

  // smtp:// or smtps://, with `credentials` ("user:password@").
  [[nodiscard]] std::string url(const std::string& credentials = "") const;
  [[nodiscard]] std::string ca_file() const { return (folder_.path() / "cert.pem").string(); }
  [[nodiscard]] std::size_t taken() const;
  // The message taken last, whole.
  [[nodiscard]] std::string last() const;
  // What it prints: sender, recipients and TLS of each.
  [[nodiscard]] std::string printed() const;

 private:
  TempDir folder_;
  Tls tls_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ServerProcess> process_;
};

}  // namespace gatehouse::test
