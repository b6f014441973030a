#pragma once

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>

#include "tests/support/postgres_server.hpp"

namespace gatehouse::test {

// A real PgBouncer in transaction mode in front of every database of a server: from one transaction to the next a
// client has another server connection.
class PgBouncer {
 public:
  explicit PgBouncer(const PostgresServer& server);

  // In front of PostgresServer::shared(); as that.
  static PgBouncer& shared();

  [[nodiscard]] std::string url(const std::string& database) const;
  void kill() { process_->signal(SIGKILL), process_->wait(); }
  void start();

 private:
  TempDir folder_;
  std::uint16_t port_ = 0;
  std::uint16_t server_port_;
  std::unique_ptr<ServerProcess> process_;
};

}  // namespace gatehouse::test
