#include "tests/support/scripted_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace gatehouse::test {

ScriptedServer::ScriptedServer(std::vector<Connection> connections)
    : connections_(std::move(connections)),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      stop_(eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("can't listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

ScriptedServer::~ScriptedServer() {
  const std::uint64_t one = 1;
  (void)!write(stop_, &one, sizeof(one));
  thread_.join();
  close(listener_);
  close(stop_);
}

// False: it is time to stop.
bool ScriptedServer::wait_readable(int fd) const {
  std::array<pollfd, 2> watched{pollfd{fd, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
  poll(watched.data(), watched.size(), -1);
  return watched[1].revents == 0;
}

void ScriptedServer::serve() {
  for (std::size_t i = 0; wait_readable(listener_); ++i) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (i < connections_.size()) play(client, connections_[i]);
    close(client);
  }
}

void ScriptedServer::play(int client, const Connection& connection) const {
  std::array<char, 65536> heard{};
  for (const auto& text : connection) {
    if (!wait_readable(client) || recv(client, heard.data(), heard.size(), 0) <= 0) return;
    if (send(client, text.data(), text.size(), MSG_NOSIGNAL) < 0) return;
  }
}

}  // namespace gatehouse::test
