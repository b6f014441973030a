#include "platform/db/sqlite_database.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <future>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "platform/base/unavailable.hpp"
#include "platform/db/sqlite_checkpointer.hpp"
#include "platform/db/sqlite_connection.hpp"
#include "platform/db/sqlite_writer.hpp"

namespace gatehouse::db {
namespace {

using Access = SqliteConnection::Access;

class WakeThread final : public runtime::Resume {
 public:
  explicit WakeThread(std::promise<void> done) : done_(std::move(done)) {}
  void operator()() override { done_.set_value(); }

 private:
  std::promise<void> done_;
};

class Enqueue final : public runtime::Submit {
 public:
  Enqueue(SqliteWriter& writer, SqliteWriter::WriteTask& task) : writer_(writer), task_(task) {}
  void operator()(std::unique_ptr<runtime::Resume> resume) noexcept override {
    writer_.enqueue(task_, std::move(resume));
  }

 private:
  SqliteWriter& writer_;
  SqliteWriter::WriteTask& task_;
};

// A connection that is opened when it is first needed and again after it has failed.
class LazyReader {
 public:
  void run(const SqliteLocation& location, runtime::Task<Transaction&>& task) {
    try {
      if (!connection_) connection_ = std::make_unique<SqliteConnection>(location, Access::read);
      connection_->begin_read();
      task.run(*connection_);
      connection_->rollback();  // there is nothing to commit
      if (connection_->in_transaction()) connection_.reset();
    } catch (...) {
      connection_.reset();
      task.fail(std::current_exception());
    }
  }

 private:
  std::unique_ptr<SqliteConnection> connection_;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(SqliteLocation location, std::unique_ptr<SqliteConnection> writing, const SqliteOptions& options)
      : location_(std::move(location)),
        writer_(std::move(writing), location_.in_memory ? nullptr : std::make_unique<SqliteCheckpointer>(location_),
                {.queue = options.write_queue_limit, .group = options.group_limit}),
        readers_(options.reader_threads),
        pool_({.name = "storage", .threads = options.reader_threads, .queue_limit = options.read_queue_limit}) {}

  [[nodiscard]] Stats stats() const override {
    return {.readers = pool_.stats(), .writer = writer_.stats(), .commits = writer_.commits()};
  }
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }
  [[nodiscard]] bool forget_deleted() override {
    if (location_.in_memory) return true;
    SqliteLocation location = location_;
    location.busy_timeout = std::chrono::milliseconds(100);
    return SqliteConnection(location, Access::write).empty_log();
  }

 protected:
  boost::asio::awaitable<void> execute_read(TransactionTask& task) override {
    co_await pool_.run([this, &task](std::size_t worker) { readers_[worker].run(location_, task); });
  }

  boost::asio::awaitable<void> execute_write(TransactionTask& task) override {
    Enqueue enqueue(writer_, task);
    co_await runtime::suspend(enqueue);
  }

  void execute_blocking(TransactionTask& task, bool write) override {
    if (write) {
      std::promise<void> promise;
      const auto done = promise.get_future();
      writer_.enqueue(task, std::make_unique<WakeThread>(std::move(promise)));
      done.wait();
      return;
    }
    const std::lock_guard lock(blocking_mutex_);
    blocking_reader_.run(location_, task);
  }

 private:
  const SqliteLocation location_;
  SqliteWriter writer_;
  std::vector<LazyReader> readers_;  // one a thread of the pool
  std::mutex blocking_mutex_;
  LazyReader blocking_reader_;  // guarded by blocking_mutex_
  runtime::Pool pool_;
};

std::runtime_error cannot_open(const std::string& path, const char* why) {
  return std::runtime_error("cannot open the database " + path + ": " + why);
}

void sync_directory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw cannot_open(directory, std::strerror(errno));
  const int synced = ::fsync(descriptor);
  ::close(descriptor);
  if (synced != 0) throw cannot_open(directory, std::strerror(errno));
}

// Makes the file ourselves: SQLite would let the group and others read it. Its log files take over the mode.
void make_file(const std::string& path) {
  int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool made = descriptor >= 0;
  if (!made && errno == EEXIST) descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) throw cannot_open(path, std::strerror(errno));
  ::close(descriptor);
  if (made) sync_directory(std::filesystem::path(path).parent_path());
}

SqliteLocation locate(const SqliteOptions& options) {
  if (options.path.empty()) {
    static std::atomic<std::uint64_t> next{0};
    return {.name = "gatehouse-" + std::to_string(++next), .in_memory = true, .busy_timeout = options.busy_timeout};
  }
  // Absolute: SQLite takes a name that begins with `file:` for a URI with parameters.
  return {.name = std::filesystem::absolute(options.path).string(), .busy_timeout = options.busy_timeout};
}

}  // namespace

std::unique_ptr<Database> open_sqlite(const SqliteOptions& options) {
  auto location = locate(options);
  if (!location.in_memory) make_file(location.name);
  std::unique_ptr<SqliteConnection> writing;
  try {
    writing = std::make_unique<SqliteConnection>(location, Access::write);
  } catch (const base::Unavailable& unavailable) {
    throw cannot_open(location.name, unavailable.what());
  }
  return std::make_unique<SqliteDatabase>(std::move(location), std::move(writing), options);
}

}  // namespace gatehouse::db
