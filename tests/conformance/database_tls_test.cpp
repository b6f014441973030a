// The server says who it is by a certificate.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>

#include "tests/conformance/postgres_fixture.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse {
namespace {

using test::wait_until;

class PostgresTls : public test::Postgres {
 protected:
  // A certificate that vouches for itself, for 127.0.0.1.
  void make_certificate(const std::string& name) const {
    const auto base = (folder_.path() / name).string();
    test::run_process({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                       "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                       base + ".key", "-out", base + ".pem"});
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (folder_.path() / name).string(); }
  // How a first write through `url` goes.
  std::string connects(const std::string& url) {
    auto with = options(url);
    with.connections = 1;
    auto& database = open(std::move(with));
    auto how = outcome([&] { database.read_blocking(count_in); });
    database_.reset();
    return how;
  }

  test::TempDir folder_;
};

TEST_F(PostgresTls, a_server_is_believed_only_by_the_certificate_that_was_named) {
  make_certificate("server");
  make_certificate("other");
  std::filesystem::copy(file("server.pem"), server().data() / "server.crt");
  std::filesystem::copy(file("server.key"), server().data() / "server.key");
  std::filesystem::permissions(server().data() / "server.key", std::filesystem::perms::owner_read);
  test::give_to_server_user(server().data() / "server.crt");
  test::give_to_server_user(server().data() / "server.key");
  server().run("ALTER SYSTEM SET ssl = on");
  server().run("SELECT pg_reload_conf()");
  ASSERT_TRUE(wait_until([] { return server().run("SHOW ssl") == "on"; }));
  const auto url = server().url(name_) + "?sslmode=verify-full&sslrootcert=";
  EXPECT_EQ(connects(url + file("server.pem")), "done") << trouble();
  EXPECT_EQ(connects(url + file("other.pem")), "storage_unreachable");
  EXPECT_NE(trouble().find("certificate verify failed"), std::string::npos) << trouble();
  const auto by_another_name = "postgresql://gatehouse@localhost:" + std::to_string(server().port()) + "/" + name_ +
                               "?sslmode=verify-full&sslrootcert=";
  EXPECT_EQ(connects(by_another_name + file("server.pem")), "storage_unreachable");
  server().run("ALTER SYSTEM RESET ssl");
  server().run("SELECT pg_reload_conf()");
  ASSERT_TRUE(wait_until([] { return server().run("SHOW ssl") == "off"; }));
  EXPECT_EQ(connects(url + file("server.pem")), "storage_unreachable") << "without TLS, not at all";
  EXPECT_EQ(connects(server().url(name_)), "done");
}

}  // namespace
}  // namespace gatehouse
