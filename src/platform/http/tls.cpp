#include "platform/http/tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <chrono>
#include <ctime>
#include <stdexcept>
#include <utility>

namespace gatehouse::http {
namespace {

namespace ssl = boost::asio::ssl;

void require(const boost::system::error_code& error, const std::string& file) {
  if (error) throw std::runtime_error(file + ": " + error.message());
}

std::shared_ptr<ssl::context> load(const std::string& certificate, const std::string& key) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
    throw std::runtime_error("TLS: this OpenSSL has none of the cipher suites that are allowed");
  }
  boost::system::error_code error;
  context->use_certificate_chain_file(certificate, error);
  require(error, certificate);
  context->use_private_key_file(key, ssl::context::pem, error);
  require(error, key);
  if (SSL_CTX_check_private_key(native) != 1) throw std::runtime_error(key + ": is not the key of " + certificate);
  return context;
}

}  // namespace

TlsContext::TlsContext(std::string certificate_chain_file, std::string private_key_file)
    : certificate_chain_file_(std::move(certificate_chain_file)),
      private_key_file_(std::move(private_key_file)),
      current_(load(certificate_chain_file_, private_key_file_)) {}

void TlsContext::reload() {
  auto fresh = load(certificate_chain_file_, private_key_file_);
  const std::lock_guard lock(mutex_);
  current_ = std::move(fresh);
}

std::shared_ptr<ssl::context> TlsContext::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

base::TimePoint TlsContext::expires() const {
  const auto context = current();
  const X509* const certificate = SSL_CTX_get0_certificate(context->native_handle());
  std::tm moment{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &moment) != 1) return {};
  return std::chrono::time_point_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::from_time_t(timegm(&moment)));
}

void TlsContext::register_metrics(telemetry::Metrics& metrics) const {
  metrics.gauge_from("gatehouse_http_certificate_expires_seconds", "When the certificate expires, in Unix time.", {},
                     [this] { return static_cast<double>(base::to_unix_seconds(expires())); });
}

}  // namespace gatehouse::http
