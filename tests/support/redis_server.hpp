#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/free_port.hpp"
#include "tests/support/server_process.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::test {

// A real redis-server (Debian's) on a free port of 127.0.0.1 with a folder of its own; killed when the object goes.
// Every call throws std::runtime_error when the server does not do what it should within 10 s.
class RedisServer {
 public:
  struct Options {
    std::vector<std::string> arguments{};  // appended to the command line: {"--requirepass", "x"}
    bool tls = false;                      // a certificate of its own for 127.0.0.1; ca_file() trusts it
    bool sentinel = false;
    std::string config{};          // of a sentinel
    std::string ready_password{};  // with which to ask whether it is up
  };
  RedisServer() : RedisServer(Options()) {}
  explicit RedisServer(Options options);
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url(const std::string& credentials = "") const;  // "user:password@"
  [[nodiscard]] std::string ca_file() const { return (folder_.path() / "cert.pem").string(); }

  void kill();     // SIGKILL: its connections end, what it held is gone
  void restart();  // on the same port. REQUIRES: killed
  void freeze();   // SIGSTOP: connections stay open, nothing answers
  void thaw();     // SIGCONT

  // One command by redis-cli; what it prints, without the last line feed.
  [[nodiscard]] std::string cli(const std::vector<std::string>& words) const;

 private:
  void start();
  [[nodiscard]] bool answers() const;

  const Options options_;
  TempDir folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ServerProcess> process_;
};

// A master, a replica and a sentinel that notices a lost master after 500 ms and decides alone.
class RedisSentinel {
 public:
  RedisSentinel();

  [[nodiscard]] std::uint16_t port() const { return sentinel_->port(); }
  [[nodiscard]] std::string url() const;
  [[nodiscard]] RedisServer& master() { return *master_; }    // at the start
  [[nodiscard]] RedisServer& replica() { return *replica_; }  // at the start
  void fail_over();                                           // without need: the two change places
  void wait_until_master_is(std::uint16_t port) const;        // as the sentinel says

 private:
  std::unique_ptr<RedisServer> master_;
  std::unique_ptr<RedisServer> replica_;
  std::unique_ptr<RedisServer> sentinel_;
};

// Three masters that share the slots.
class RedisCluster {
 public:
  RedisCluster();

  [[nodiscard]] std::string url() const;
  [[nodiscard]] RedisServer& node(std::size_t index) { return *nodes_.at(index); }
  // The node that holds the slot of `key`.
  [[nodiscard]] std::size_t owner_of(const std::string& key) const;
  // Begins to move the slot of `key` to another node: it imports, the owner sends who asks for a key it no longer has.
  void begin_move_of(const std::string& key, std::size_t to);
  // Gives the slot of `key` to another node, the keys that are there with it.
  void move_slot_of(const std::string& key, std::size_t to);

 private:
  std::vector<std::unique_ptr<RedisServer>> nodes_;
};

}  // namespace gatehouse::test
