#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "platform/base/unavailable.hpp"
#include "platform/db/postgres_database.hpp"
#include "tests/support/postgres_server.hpp"

namespace gatehouse::test {

// Starts from a server that runs; each test has a database of its own on it.
class Postgres : public ::testing::Test {
 protected:
  // Apart from the one of the other suites: here it is killed.
  static PostgresServer& server() {
    static PostgresServer instance;
    return instance;
  }
  Postgres() { server().run("CREATE TABLE item (id BIGINT PRIMARY KEY, value BIGINT)", name_); }
  ~Postgres() override {
    database_.reset();
    server().drop_database(name_);
  }

  db::PostgresOptions options() { return options(server().url(name_)); }
  db::PostgresOptions options(const std::string& url) {
    return {.url = base::Secret(std::string_view(url)),
            .connections = 4,
            .statement_timeout = std::chrono::seconds(10),
            .connect_timeout = std::chrono::seconds(10),
            .on_trouble = [this](std::string_view what) {
              const std::lock_guard lock(mutex_);
              trouble_ += std::string(what) + '\n';
            }};
  }
  db::Database& open(db::PostgresOptions with) {
    database_ = db::open_postgres(std::move(with));
    return *database_;
  }
  db::Database& open() { return open(options()); }
  std::string trouble() {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

  static void put(db::Transaction& t, std::int64_t id, std::int64_t value = 0) {
    t.execute("INSERT INTO item (id, value) VALUES ($1, $2)", {id, value});
  }
  static std::int64_t count_in(db::Transaction& t) {
    return *t.query_one("SELECT count(*) FROM item", {}, [](const db::Row& row) { return row.integer(0); });
  }
  static std::int64_t count(db::Database& database) { return database.read_blocking(count_in); }
  template <class F>
  static std::string outcome(F work) {
    try {
      work();
      return "done";
    } catch (const base::Unavailable& unavailable) {
      return unavailable.what();
    } catch (const std::exception& other) {
      return std::string("not Unavailable: ") + other.what();
    }
  }
  static std::string write(db::Database& database, std::int64_t id) {
    return outcome([&] { database.write_blocking([&](db::Transaction& t) { put(t, id); }); });
  }
  static bool comes_back(db::Database& database, std::int64_t id) {
    return wait_until([&] { return write(database, id) == "done"; });
  }

  const std::string name_ = server().create_empty_database();
  std::unique_ptr<db::Database> database_;
  std::mutex mutex_;
  std::string trouble_;  // guarded by mutex_
};

}  // namespace gatehouse::test
