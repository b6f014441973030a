#include "platform/http/tls.hpp"

#include <openssl/ssl.h>

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

}  // namespace gatehouse::http
