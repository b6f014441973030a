#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <mutex>
#include <string>

#include "platform/base/clock.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::http {

// The certificate a listener presents: TLS 1.2 and 1.3, forward secrecy and AEAD suites only. Reloading affects new
// connections; those that are open keep what they began with. Thread-safe.
class TlsContext {
 public:
  // Throws std::runtime_error that names the file when certificate and key can't be read or do not match.
  TlsContext(std::string certificate_chain_file, std::string private_key_file);

  // Reads the files again. On failure throws like the constructor and keeps the certificate in use.
  void reload();

  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> current() const;

  // When the certificate in use expires. Publishes it as `gatehouse_http_certificate_expires_seconds` (Unix time).
  // REQUIRES, of the latter: the context outlives the last scrape.
  [[nodiscard]] base::TimePoint expires() const;
  void register_metrics(telemetry::Metrics& metrics) const;

 private:
  const std::string certificate_chain_file_;
  const std::string private_key_file_;
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> current_;  // guarded by mutex_
};

}  // namespace gatehouse::http
