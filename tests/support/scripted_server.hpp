#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse::test {

// A server on a free port of 127.0.0.1 that says what it was told to, whatever it hears: each time a client says
// something it gets the next text of its connection, and after the last one the connection is closed. When there are no
// more connections to play, new ones are closed at once.
class ScriptedServer {
 public:
  using Connection = std::vector<std::string>;

  explicit ScriptedServer(std::vector<Connection> connections);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  void serve();
  void play(int client, const Connection& connection) const;
  [[nodiscard]] bool wait_readable(int fd) const;

  const std::vector<Connection> connections_;
  int listener_ = -1;
  int stop_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace gatehouse::test
