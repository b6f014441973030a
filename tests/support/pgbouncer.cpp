#include "tests/support/pgbouncer.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "tests/support/free_port.hpp"

namespace gatehouse::test {
namespace {

bool accepts(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return connected;
}

}  // namespace

PgBouncer::PgBouncer(const PostgresServer& server) : server_port_(server.port()) {
  give_to_server_user(folder_.path());
  start();
}

PgBouncer& PgBouncer::shared() {
  static PgBouncer bouncer(PostgresServer::shared());
  return bouncer;
}

std::string PgBouncer::url(const std::string& database) const {
  return "postgresql://gatehouse:not-asked-for@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

void PgBouncer::start() {
  const bool up = wait_until([this] {
    if (port_ == 0) port_ = free_port();
    const auto file = folder_.path() / "pgbouncer.ini";
    std::ofstream(file) << "[databases]\n* = host=127.0.0.1 port=" << server_port_ << " user=gatehouse\n"
                        << "[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port_
                        << "\nunix_socket_dir =\npool_mode = transaction\nauth_type = any\ndefault_pool_size = 4\n"
                           "max_client_conn = 200\nserver_round_robin = 1\nserver_login_retry = 1\n";
    process_ = std::make_unique<ServerProcess>(std::vector<std::string>{"/usr/sbin/pgbouncer", "-q", file.string()},
                                               folder_.path() / "log");
    wait_until([this] { return accepts(port_) || !process_->running(); });
    return process_->running();
  });
  if (up) return;
  std::ifstream log(folder_.path() / "log");
  throw std::runtime_error("PgBouncer does not start: " + std::string{std::istreambuf_iterator<char>(log), {}});
}

}  // namespace gatehouse::test
