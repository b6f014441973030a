#include "tests/support/postgres_server.hpp"

#include <libpq-fe.h>
#include <signal.h>

#include <fstream>
#include <stdexcept>

#include "platform/base/clock.hpp"
#include "platform/db/migrations.hpp"
#include "platform/db/postgres_database.hpp"
#include "tests/support/free_port.hpp"

namespace gatehouse::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTemplate = "template_gatehouse";

// Debian keeps them out of the PATH; GATEHOUSE_POSTGRES names another folder.
std::string program(const char* name) {
  std::vector<std::string> folders{"/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin",
                                   "/usr/lib/postgresql/17/bin", "/usr/local/bin", "/usr/bin"};
  if (const char* const folder = std::getenv("GATEHOUSE_POSTGRES")) folders.insert(folders.begin(), folder);
  for (const auto& folder : folders) {
    if (fs::exists(folder + "/" + name)) return folder + "/" + name;
  }
  throw std::runtime_error(std::string(name) + " is not there: install postgresql-15");
}

// The server writes `ready` as the eighth line once it takes connections; `standby` when these may only read.
bool says_ready(const fs::path& data) {
  std::ifstream file(data / "postmaster.pid");
  std::string line;
  for (int i = 0; i < 8; ++i) {
    if (!std::getline(file, line)) return false;
  }
  return line.starts_with("ready") || line.starts_with("standby");
}

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};

}  // namespace

PostgresServer::PostgresServer(const Options& options) : data_(folder_.path() / "data"), settings_(options.settings) {
  give_to_server_user(folder_.path());
  if (options.standby_of == nullptr) {
    run_to_end({program("initdb"), "-D", data_, "-U", "gatehouse", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                "--locale-provider=icu", "--icu-locale=en-US", "--no-sync", "--no-instructions"},
               log());
  } else {
    run_to_end(
        {program("pg_basebackup"), "-D", data_, "-h", "127.0.0.1", "-p", std::to_string(options.standby_of->port()),
         "-U", "gatehouse", "-R", "-X", "stream", "-c", "fast", "--no-sync"},
        log());
  }
  start();
}

PostgresServer::~PostgresServer() { kill(); }

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

std::string PostgresServer::url(const std::string& database) const {
  return "postgresql://gatehouse:not-asked-for@" + host_and_port() + "/" + database;
}

std::string PostgresServer::create_database() {
  if (!has_template_) {
    run(std::string("CREATE DATABASE ") + kTemplate);
    const auto database =
        db::open_postgres({.url = base::Secret(url(kTemplate)), .statement_timeout = std::chrono::seconds(60)});
    db::migrate(*database, base::FakeClock());
    has_template_ = true;
  }
  const std::string name = "test_" + std::to_string(++databases_);
  // The template's last connection may still be about to go.
  if (!wait_until([&] {
        return run(std::string("SELECT count(*) FROM pg_stat_activity WHERE datname = '") + kTemplate + "'") == "0";
      })) {
    throw std::runtime_error("somebody holds the template database");
  }
  run("CREATE DATABASE " + name + " TEMPLATE " + kTemplate);
  return name;
}

std::string PostgresServer::create_empty_database() {
  const std::string name = "test_" + std::to_string(++databases_);
  run("CREATE DATABASE " + name);
  return name;
}

void PostgresServer::drop_database(const std::string& name) { run("DROP DATABASE " + name + " WITH (FORCE)"); }

std::string PostgresServer::run(const std::string& sql, const std::string& database) const {
  const std::unique_ptr<PGconn, Finish> connection(PQconnectdb(url(database).c_str()));
  const std::unique_ptr<PGresult, Clear> result(PQexec(connection.get(), sql.c_str()));
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(sql + ": " + PQerrorMessage(connection.get()));
  }
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

void PostgresServer::start() {
  // Again: children of one that was killed may hold its memory for a moment, and a port may have been taken.
  if (!wait_until([this] { return try_to_start(); }, std::chrono::seconds(60))) {
    std::ifstream file(log());
    throw std::runtime_error("PostgreSQL does not start: " + std::string{std::istreambuf_iterator<char>(file), {}});
  }
}

bool PostgresServer::try_to_start() {
  if (port_ == 0) port_ = free_port();
  fs::remove(data_ / "postmaster.pid");
  // fsync off: these tests kill programs, not machines, and what a program wrote the kernel still has.
  std::vector<std::string> command{program("postgres"), "-D", data_, "-p", std::to_string(port_), "-k", folder_.path()};
  for (const char* setting :
       {"listen_addresses=127.0.0.1", "fsync=off", "max_connections=100", "shared_buffers=32MB", "wal_level=replica",
        "max_wal_senders=4", "hot_standby=on", "log_min_messages=warning", "max_wal_size=256MB"}) {
    command.insert(command.end(), {"-c", setting});
  }
  for (const auto& setting : settings_) command.insert(command.end(), {"-c", setting});
  process_ = std::make_unique<ServerProcess>(command, log());
  wait_until([this] { return says_ready(data_) || !process_->running(); });
  if (process_->running()) return true;
  process_.reset();
  if (!has_template_ && databases_ == 0) port_ = 0;  // nobody knows it yet
  return false;
}

void PostgresServer::stop() {
  process_->signal(SIGINT);
  process_->wait();
  process_.reset();
}

void PostgresServer::kill() {
  if (!process_) return;
  process_->signal_all(SIGKILL);
  process_->wait();
  process_.reset();
}

void PostgresServer::freeze() { process_->signal_all(SIGSTOP); }
void PostgresServer::thaw() { process_->signal_all(SIGCONT); }

void PostgresServer::promote() { run("SELECT pg_promote(true, 60)"); }

}  // namespace gatehouse::test
