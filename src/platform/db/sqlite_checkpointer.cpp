#include "platform/db/sqlite_checkpointer.hpp"

#include <pthread.h>

#include <exception>
#include <utility>

namespace gatehouse::db {
namespace {

constexpr int kLittle = 256;   // pages the writer can move itself within a commit's time
constexpr int kMaxPasses = 4;  // when the writer is as quick as we are, leave it more

}  // namespace

SqliteCheckpointer::SqliteCheckpointer(SqliteLocation location) : location_(std::move(location)) {
  thread_ = std::thread([this] { work(); });
  pthread_setname_np(thread_.native_handle(), "storage-log");
}

SqliteCheckpointer::~SqliteCheckpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void SqliteCheckpointer::request() {
  {
    const std::lock_guard lock(mutex_);
    if (requested_) return;
    requested_ = true;
  }
  wake_.notify_one();
}

void SqliteCheckpointer::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return requested_ || stopping_; });
    if (stopping_) return;
    lock.unlock();
    move_log();
    lock.lock();
    requested_ = false;
  }
}

void SqliteCheckpointer::move_log() {
  try {
    if (!connection_) connection_ = std::make_unique<SqliteConnection>(location_, SqliteConnection::Access::read);
    int moved = 0;
    for (int pass = 0; pass < kMaxPasses; ++pass) {
      const auto log = connection_->checkpoint();
      const int written_meanwhile = log.pages - moved;
      moved = log.moved;
      if (pass > 0 && written_meanwhile <= kLittle) break;
    }
    finished_ = true;
  } catch (const std::exception&) {
    connection_.reset();  // nothing is lost: the log stays, and the next commit asks again
  }
}

}  // namespace gatehouse::db
