#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/server_process.hpp"
#include "tests/support/temp_dir.hpp"

namespace gatehouse::test {

// A real PostgreSQL of the test's own: a new cluster in a temporary folder, on a free port of 127.0.0.1. Its locale
// sorts as people do, not by bytes: what depends on the order of bytes must say so itself.
class PostgresServer {
 public:
  struct Options {
    std::vector<std::string> settings{};  // `name=value`, beyond those of every test
    const PostgresServer* standby_of = nullptr;
  };
  PostgresServer() : PostgresServer(Options()) {}
  explicit PostgresServer(const Options& options);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // The one that suites share: started when it is first asked for, gone with the process.
  static PostgresServer& shared();

  [[nodiscard]] std::string url(const std::string& database) const;
  [[nodiscard]] std::string host_and_port() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] const std::filesystem::path& data() const noexcept { return data_; }
  [[nodiscard]] std::filesystem::path log() const { return folder_.path() / "log"; }

  // A new database with every migration applied; a copy, so it takes milliseconds.
  [[nodiscard]] std::string create_database();
  [[nodiscard]] std::string create_empty_database();
  void drop_database(const std::string& name);
  // One statement outside any transaction, in `database`; the first column of its first row, or nothing.
  std::string run(const std::string& sql, const std::string& database = "postgres") const;

  void start();   // and waits until it takes connections
  void stop();    // at once, as an operator in a hurry; connections are told
  void kill();    // SIGKILL to all of it
  void freeze();  // SIGSTOP to all of it
  void thaw();
  void limit_file_size(std::uint64_t bytes) const { process_->limit_file_size(bytes); }
  void promote();  // a standby becomes primary

 private:
  bool try_to_start();

  TempDir folder_;
  std::filesystem::path data_;
  std::vector<std::string> settings_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ServerProcess> process_;
  bool has_template_ = false;
  int databases_ = 0;
};

}  // namespace gatehouse::test
