#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/test_database.hpp"

namespace gatehouse::test {

// The base of each store's suite:
//
//   class SessionStoreConformance : public test::OnEveryDatabase {};
//   GATEHOUSE_ON_EVERY_DATABASE(SessionStoreConformance);
//   TEST_P(SessionStoreConformance, R02_reuse_ends_the_session) { SessionStore store(database()); … }
//
// Each test gets a new, migrated database and runs once for every kind.
class OnEveryDatabase : public ::testing::TestWithParam<DatabaseKind> {
 protected:
  [[nodiscard]] db::Database& database() { return database_->database(); }
  [[nodiscard]] TestDatabase& test_database() { return *database_; }

  // What `fn` says of one transaction.
  template <class F>
  auto read(F fn) {
    return database().read_blocking([&](db::Transaction& tx) { return fn(tx); });
  }
  template <class F>
  auto write(F fn) {
    return database().write_blocking([&](db::Transaction& tx) { return fn(tx); });
  }
  // How many of `n` threads that race succeed; `work` gets the number of its thread.
  template <class F>
  int winners(int n, F work) {
    std::atomic<int> won{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < n; ++i) {
      threads.emplace_back([&, i] {
        if (work(i)) ++won;
      });
    }
    for (auto& thread : threads) thread.join();
    return won;
  }

 private:
  std::unique_ptr<TestDatabase> database_ = GetParam().open();
};

inline std::string database_name(const ::testing::TestParamInfo<DatabaseKind>& info) { return info.param.name; }

}  // namespace gatehouse::test

#define GATEHOUSE_ON_EVERY_DATABASE(suite)                                                               \
  INSTANTIATE_TEST_SUITE_P(EveryDatabase, suite, ::testing::ValuesIn(gatehouse::test::every_database()), \
                           gatehouse::test::database_name)
