#include "tests/support/smtp_server.hpp"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/support/child_process.hpp"

namespace gatehouse::test {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

SmtpServer::SmtpServer(Tls tls, const std::string& login) : tls_(tls) {
  const auto folder = folder_.path();
  if (tls != Tls::none) {
    run_process({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                 "2", "-subj", "/CN=mail.test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                 (folder / "key.pem").string(), "-out", (folder / "cert.pem").string()});
    give_to_server_user(folder / "key.pem");
    give_to_server_user(folder / "cert.pem");
  }
  give_to_server_user(folder);
  const std::string script = std::string(GATEHOUSE_SOURCE_DIR) + "/tests/support/smtp_server.py";
  std::vector<std::string> command{"/usr/bin/python3", script, folder.string()};
  if (tls != Tls::none) command.insert(command.end(), {"--tls", tls == Tls::starttls ? "starttls" : "implicit"});
  if (!login.empty()) command.insert(command.end(), {"--login", login});
  process_ = std::make_unique<ServerProcess>(std::move(command), folder / "log");
  const bool up = wait_until([this] {
    unsigned port = 0;
    if (std::sscanf(printed().c_str(), "port %u\n", &port) == 1) port_ = static_cast<std::uint16_t>(port);
    return port_ != 0 || !process_->running();
  });
  if (!up || port_ == 0) throw std::runtime_error("the SMTP server does not start: " + printed());
}

std::string SmtpServer::url(const std::string& credentials) const {
  return (tls_ == Tls::implicit ? "smtps://" : "smtp://") + credentials + "127.0.0.1:" + std::to_string(port_);
}

std::string SmtpServer::printed() const { return read_file(folder_.path() / "log"); }

std::size_t SmtpServer::taken() const {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    count += entry.path().extension() == ".eml" ? 1 : 0;
  }
  return count;
}

std::string SmtpServer::last() const {
  char name[16];
  std::snprintf(name, sizeof name, "%04zu.eml", taken());
  return read_file(folder_.path() / name);
}

}  // namespace gatehouse::test
