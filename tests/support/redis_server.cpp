#include "tests/support/redis_server.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/support/child_process.hpp"

namespace gatehouse::test {
namespace {

constexpr const char* kServer = "/usr/bin/redis-server";

void require(const std::string& what, const std::function<bool()>& done) {
  if (!wait_until(done)) throw std::runtime_error("waited in vain until " + what);
}

void make_certificate(const std::filesystem::path& folder) {
  run_process({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
               "2", "-subj", "/CN=redis.test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
               (folder / "key.pem").string(), "-out", (folder / "cert.pem").string()});
  give_to_server_user(folder / "key.pem");
  give_to_server_user(folder / "cert.pem");
}

std::vector<std::string> cluster_options() {
  return {"--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no"};
}

}  // namespace

RedisServer::RedisServer(Options options) : options_(std::move(options)) {
  give_to_server_user(folder_.path());
  if (options_.tls) make_certificate(folder_.path());
  // Another process may take the port between the question and the start: then the server ends at once.
  for (int attempt = 0; attempt < 5; ++attempt) {
    port_ = free_port();
    start();
    require("redis is up, or has ended", [this] { return !process_->running() || answers(); });
    if (process_->running()) return;
  }
  throw std::runtime_error("redis-server does not start");
}

RedisServer::~RedisServer() = default;

void RedisServer::start() {
  const auto folder = folder_.path().string();
  std::vector<std::string> command{kServer};
  if (options_.sentinel) {
    const auto file = folder_.path() / "sentinel.conf";
    std::ofstream(file) << options_.config;
    give_to_server_user(file);  // it keeps what it learns there
    command = {kServer, file.string(), "--sentinel"};
  } else {
    command.insert(command.end(), {"--save", "", "--appendonly", "no"});
  }
  const std::string port = std::to_string(port_);
  command.insert(command.end(), {"--bind", "127.0.0.1", "--dir", folder, "--port", options_.tls ? "0" : port});
  if (options_.tls) {
    command.insert(command.end(), {"--tls-port", port, "--tls-cert-file", folder + "/cert.pem", "--tls-key-file",
                                   folder + "/key.pem", "--tls-auth-clients", "no"});
  }
  command.insert(command.end(), options_.arguments.begin(), options_.arguments.end());
  process_ = std::make_unique<ServerProcess>(std::move(command), folder_.path() / "log");
}

bool RedisServer::answers() const {
  try {
    return cli({"PING"}) == "PONG";
  } catch (const std::runtime_error&) {
    return false;
  }
}

std::string RedisServer::url(const std::string& credentials) const {
  return std::string(options_.tls ? "rediss" : "redis") + "://" + credentials + "127.0.0.1:" + std::to_string(port_);
}

void RedisServer::kill() { process_.reset(); }

void RedisServer::restart() {
  start();
  require("redis is up again", [this] { return answers(); });
}

void RedisServer::freeze() {
  process_->signal(SIGSTOP);
  int status = 0;
  waitpid(process_->pid(), &status, WUNTRACED);  // until it has stopped
}

void RedisServer::thaw() { process_->signal(SIGCONT); }

std::string RedisServer::cli(const std::vector<std::string>& words) const {
  std::vector<std::string> command{"redis-cli", "-h", "127.0.0.1", "-p", std::to_string(port_)};
  if (options_.tls) command.insert(command.end(), {"--tls", "--cacert", ca_file()});
  if (!options_.ready_password.empty()) {
    command.insert(command.end(), {"--no-auth-warning", "-a", options_.ready_password});
  }
  command.insert(command.end(), words.begin(), words.end());
  auto printed = run_process(command);
  while (printed.ends_with('\n')) printed.pop_back();
  return printed;
}

RedisSentinel::RedisSentinel() {
  master_ = std::make_unique<RedisServer>(RedisServer::Options{.arguments = {"--repl-diskless-sync-delay", "0"}});
  const auto master_port = std::to_string(master_->port());
  replica_ = std::make_unique<RedisServer>(
      RedisServer::Options{.arguments = {"--replicaof", "127.0.0.1", master_port, "--repl-diskless-sync-delay", "0"}});
  // A sentinel asks the master for its replicas at once, and then every 10 s only.
  require("the replica follows", [this] {
    return replica_->cli({"INFO", "replication"}).find("master_link_status:up") != std::string::npos;
  });
  sentinel_ = std::make_unique<RedisServer>(
      RedisServer::Options{.sentinel = true,
                           .config = "sentinel monitor gatehouse 127.0.0.1 " + master_port +
                                     " 1\nsentinel down-after-milliseconds gatehouse 500\n"
                                     "sentinel failover-timeout gatehouse 3000\n"});
  require("the sentinel knows the replica", [this] {
    return sentinel_->cli({"SENTINEL", "MASTER", "gatehouse"}).find("num-slaves\n1") != std::string::npos;
  });
}

std::string RedisSentinel::url() const {
  return "redis+sentinel://127.0.0.1:" + std::to_string(sentinel_->port()) + "/gatehouse";
}

void RedisSentinel::fail_over() {
  // Refused until the sentinel has heard from the replica.
  require("the sentinel accepts a failover", [this] {
    return sentinel_->cli({"SENTINEL", "FAILOVER", "gatehouse"}) == "OK";
  });
}

void RedisSentinel::wait_until_master_is(std::uint16_t port) const {
  require("the sentinel names the new master", [&] {
    return sentinel_->cli({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "gatehouse"}) == "127.0.0.1\n" + std::to_string(port);
  });
}

RedisCluster::RedisCluster() {
  std::vector<std::string> create{"redis-cli", "--cluster-yes", "--cluster", "create"};
  for (int i = 0; i < 3; ++i) {
    nodes_.push_back(std::make_unique<RedisServer>(RedisServer::Options{.arguments = cluster_options()}));
    create.push_back("127.0.0.1:" + std::to_string(nodes_.back()->port()));
  }
  run_process(create);
  for (const auto& node : nodes_) {
    require("the cluster is whole", [&] {
      return node->cli({"CLUSTER", "INFO"}).find("cluster_slots_ok:16384") != std::string::npos &&
             node->cli({"CLUSTER", "INFO"}).find("cluster_state:ok") != std::string::npos;
    });
  }
}

std::string RedisCluster::url() const {
  return "redis+cluster://127.0.0.1:" + std::to_string(nodes_.front()->port()) +
         ",127.0.0.1:" + std::to_string(nodes_.back()->port());
}

std::size_t RedisCluster::owner_of(const std::string& key) const {
  const auto slot = std::stoi(nodes_.front()->cli({"CLUSTER", "KEYSLOT", key}));
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    std::istringstream ranges(nodes_[i]->cli({"CLUSTER", "NODES"}));
    for (std::string line; std::getline(ranges, line);) {
      if (line.find("myself") == std::string::npos) continue;
      std::istringstream words(line);
      std::string word;
      for (int field = 0; words >> word; ++field) {
        if (field < 8 || word.starts_with('[')) continue;
        const auto dash = word.find('-');
        const int first = std::stoi(word.substr(0, dash));
        const int last = dash == std::string::npos ? first : std::stoi(word.substr(dash + 1));
        if (slot >= first && slot <= last) return i;
      }
    }
  }
  throw std::runtime_error("nobody holds the slot of " + key);
}

void RedisCluster::begin_move_of(const std::string& key, std::size_t to) {
  const auto from = owner_of(key);
  const auto slot = nodes_.front()->cli({"CLUSTER", "KEYSLOT", key});
  (void)nodes_[to]->cli({"CLUSTER", "SETSLOT", slot, "IMPORTING", nodes_[from]->cli({"CLUSTER", "MYID"})});
  (void)nodes_[from]->cli({"CLUSTER", "SETSLOT", slot, "MIGRATING", nodes_[to]->cli({"CLUSTER", "MYID"})});
}

void RedisCluster::move_slot_of(const std::string& key, std::size_t to) {
  const auto from = owner_of(key);
  const auto slot = nodes_.front()->cli({"CLUSTER", "KEYSLOT", key});
  begin_move_of(key, to);
  std::istringstream keys(nodes_[from]->cli({"CLUSTER", "GETKEYSINSLOT", slot, "1000"}));
  for (std::string moved; std::getline(keys, moved);) {
    if (moved.empty()) continue;
    (void)nodes_[from]->cli({"MIGRATE", "127.0.0.1", std::to_string(nodes_[to]->port()), moved, "0", "5000"});
  }
  const auto owner = nodes_[to]->cli({"CLUSTER", "MYID"});
  for (const auto& node : nodes_) (void)node->cli({"CLUSTER", "SETSLOT", slot, "NODE", owner});
}

}  // namespace gatehouse::test
