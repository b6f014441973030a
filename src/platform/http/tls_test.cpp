#include "platform/http/tls.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "platform/http/api_service.hpp"
#include "platform/http/raw_client_test.hpp"
#include "platform/http/server.hpp"
#include "platform/telemetry/collected_log.hpp"

namespace gatehouse::http {
namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using CertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;
using FilePtr = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

// A self-signed certificate of that name and its key, as two PEM files.
void write_certificate(const char* name, const std::string& certificate_file, const std::string& key_file) {
  const KeyPtr key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const CertificatePtr certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const FilePtr out(std::fopen(certificate_file.c_str(), "w"), std::fclose);
  PEM_write_X509(out.get(), certificate.get());
  const FilePtr key_out(std::fopen(key_file.c_str(), "w"), std::fclose);
  PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

// A TLS client that trusts anybody: what it was shown is looked at by the test.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int highest = 0) : raw_(port) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_max_proto_version(context_.get(), highest);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), raw_.descriptor());
    connected_ = SSL_connect(ssl_.get()) == 1;
  }
  [[nodiscard]] bool is_connected() const { return connected_; }
  [[nodiscard]] std::string protocol() const { return SSL_get_version(ssl_.get()); }
  [[nodiscard]] std::string peer_name() const {
    const CertificatePtr certificate(SSL_get1_peer_certificate(ssl_.get()), X509_free);
    char name[64] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
    return name;
  }
  // One request, and all that comes back until the peer closes.
  std::string ask(const std::string& request) {
    SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size()));
    std::string answer;
    char piece[4096];
    for (int size = 0; (size = SSL_read(ssl_.get(), piece, sizeof piece)) > 0;) {
      answer.append(piece, static_cast<std::size_t>(size));
    }
    return answer;
  }

 private:
  test::RawClient raw_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  bool connected_ = false;
};

class TlsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "gatehouse-tls-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    write_certificate("first.example", file("cert.pem"), file("key.pem"));
    tls = std::make_shared<TlsContext>(file("cert.pem"), file("key.pem"));
  }
  void TearDown() override {
    if (server) server->close();
    loops.stop();
    server.reset();
    std::filesystem::remove_all(folder);
  }

  void serve(ServerOptions options = {}) {
    options.tls = tls;
    server = std::make_unique<Server>(loops, service, limiter, std::move(options));
    loops.start();
    server->start();
  }
  [[nodiscard]] std::string file(const char* name) const { return (folder / name).string(); }

  static std::vector<Route> rows() {
    std::vector<Route> all(1);
    all[0].path = "/";
    all[0].handler = [](Request&) -> boost::asio::awaitable<Response> { co_return empty_response(); };
    return all;
  }

  std::filesystem::path folder;
  std::shared_ptr<TlsContext> tls;
  base::SystemClock clock;
  telemetry::CollectedLog log;
  telemetry::Metrics metrics;
  ApiService service{rows(), std::nullopt, clock, log.logger(), metrics};
  limits::ConnectionLimiter limiter{{}};
  runtime::EventLoops loops{1};
  std::unique_ptr<Server> server;
};

constexpr const char* kRequest = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

TEST_F(TlsTest, serves_over_tls_with_hsts) {
  serve();
  for (const int highest : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server->port(), highest);
    ASSERT_TRUE(client.is_connected());
    const auto answer = client.ask(kRequest);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 204 ")) << answer;
    EXPECT_NE(answer.find("\r\nStrict-Transport-Security: "), std::string::npos);
  }
}

TEST_F(TlsTest, older_protocols_are_refused) {
  serve();
  for (const int highest : {TLS1_VERSION, TLS1_1_VERSION}) {
    EXPECT_FALSE(TlsClient(server->port(), highest).is_connected());
  }
}

TEST_F(TlsTest, a_reload_affects_new_connections_and_leaves_open_ones_alone) {
  serve();
  TlsClient before(server->port());
  ASSERT_TRUE(before.is_connected());
  EXPECT_EQ(before.peer_name(), "first.example");
  write_certificate("second.example", file("cert.pem"), file("key.pem"));
  EXPECT_EQ(TlsClient(server->port()).peer_name(), "first.example") << "not before the reload";
  tls->reload();
  EXPECT_EQ(TlsClient(server->port()).peer_name(), "second.example");
  EXPECT_TRUE(before.ask(kRequest).starts_with("HTTP/1.1 204 "));
}

TEST_F(TlsTest, a_reload_that_fails_names_the_file_and_keeps_the_certificate) {
  serve();
  write_certificate("second.example", file("cert.pem"), file("other-key.pem"));  // the key stays the first one's
  try {
    tls->reload();
    ADD_FAILURE() << "certificate and key do not match";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("key.pem"), std::string::npos) << error.what();
  }
  EXPECT_EQ(TlsClient(server->port()).peer_name(), "first.example");
}

TEST_F(TlsTest, tells_when_the_certificate_in_use_expires) {
  const auto left = std::chrono::duration_cast<std::chrono::minutes>(tls->expires() - clock.now());
  EXPECT_GT(left.count(), 50);
  EXPECT_LE(left.count(), 60);
  tls->register_metrics(metrics);
  const auto line =
      "gatehouse_http_certificate_expires_seconds " + std::to_string(base::to_unix_seconds(tls->expires()));
  EXPECT_NE(metrics.render().find(line + "\n"), std::string::npos) << metrics.render();
}

TEST_F(TlsTest, files_that_cannot_be_read_are_an_error_at_the_start) {
  EXPECT_THROW(TlsContext(file("absent.pem"), file("key.pem")), std::runtime_error);
  EXPECT_THROW(TlsContext(file("cert.pem"), file("absent.pem")), std::runtime_error);
  EXPECT_THROW(TlsContext(file("key.pem"), file("cert.pem")), std::runtime_error);
}

TEST_F(TlsTest, H05_a_handshake_that_does_not_end_in_time_ends_the_connection) {
  serve({.header_timeout = std::chrono::milliseconds(300)});
  test::RawClient silent(server->port());
  test::RawClient half(server->port());
  half.send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  EXPECT_TRUE(silent.is_closed_by_peer());
  (void)half.read_to_end();
  EXPECT_EQ(server->stats().timed_out, 2U);
}

TEST_F(TlsTest, plain_http_on_a_tls_port_is_not_served) {
  serve();
  test::RawClient client(server->port());
  client.send(kRequest);
  EXPECT_EQ(client.read_to_end().find("204"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::http
