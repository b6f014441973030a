#pragma once

#include <future>
#include <thread>

#include "platform/db/database.hpp"

namespace gatehouse::test {

// Keeps a database's writer busy until release(), so that what is written meanwhile waits and becomes one group.
class HoldWriter {
 public:
  explicit HoldWriter(db::Database& database) : database_(database) {
    auto holding = holding_.get_future();
    thread_ = std::thread([this, go = release_.get_future().share()] {
      database_.write_blocking([&](db::Transaction&) {
        holding_.set_value();
        go.wait();
      });
    });
    holding.wait();
  }
  ~HoldWriter() { release(); }
  HoldWriter(const HoldWriter&) = delete;
  HoldWriter& operator=(const HoldWriter&) = delete;

  void wait_for_queue(std::size_t depth) const {
    while (database_.stats().writer.depth < depth) std::this_thread::yield();
  }
  void release() {
    if (!thread_.joinable()) return;
    release_.set_value();
    thread_.join();
  }

 private:
  db::Database& database_;
  std::promise<void> holding_;
  std::promise<void> release_;
  std::thread thread_;
};

}  // namespace gatehouse::test
