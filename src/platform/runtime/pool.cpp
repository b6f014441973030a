#include "platform/runtime/pool.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::runtime {
namespace {

double seconds(base::SteadyPoint from, base::SteadyPoint to) {
  return std::chrono::duration<double>(to - from).count();
}

std::exception_ptr unavailable(const PoolOptions& options, const char* why) {
  return std::make_exception_ptr(base::Unavailable((std::string(options.name) + why).c_str()));
}

void refuse(Task<std::size_t>& task, std::exception_ptr error) {
  task.fail(std::move(error));
  task.finish();
}

}  // namespace

Pool::Pool(PoolOptions options) : options_(options) {
  threads_.reserve(options_.threads);
  for (std::size_t i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this, i] {
      pthread_setname_np(pthread_self(), options_.name);
      if (options_.nice != 0) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), options_.nice);
      work(i);
    });
  }
}

Pool::~Pool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    while (!waiting_.empty()) refuse(*waiting_.pop(), unavailable(options_, "_stopping"));
  }
  ready_.notify_all();
  for (auto& thread : threads_) thread.join();
}

boost::asio::awaitable<void> Pool::execute(Task<std::size_t>& task, std::uint64_t fair_key) {
  struct Enqueue final : Submit {
    Pool& pool;
    Task<std::size_t>& task;
    std::uint64_t key;
    Enqueue(Pool& p, Task<std::size_t>& t, std::uint64_t k) : pool(p), task(t), key(k) {}

    void operator()(std::unique_ptr<Resume> resume) noexcept override {
      task.resume_ = std::move(resume);
      const std::lock_guard lock(pool.mutex_);
      if (pool.stopping_) return refuse(task, unavailable(pool.options_, "_stopping"));
      if (pool.waiting_.size() >= pool.options_.queue_limit) {
        ++pool.stats_.refused;
        const auto displaced = pool.waiting_.displace_for(key);
        if (!displaced) return refuse(task, unavailable(pool.options_, "_queue_full"));
        refuse(**displaced, unavailable(pool.options_, "_queue_full"));
      }
      task.queued_at = std::chrono::steady_clock::now();
      pool.waiting_.push(key, &task);
      pool.ready_.notify_one();
    }
  };
  Enqueue enqueue(*this, task, fair_key);
  co_await suspend(enqueue);
}

void Pool::work(std::size_t worker) {
  std::unique_lock lock(mutex_);
  for (;;) {
    ready_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;  // stopping, and nothing left
    Task<std::size_t>& task = *waiting_.pop();
    const auto started = std::chrono::steady_clock::now();
    if (options_.max_wait && started - task.queued_at > *options_.max_wait) {
      // Whoever asked has given up or soon will: running it now would only make the next one late, too.
      ++stats_.refused;
      refuse(task, unavailable(options_, "_queue_stale"));
      continue;
    }
    ++stats_.busy;
    stats_.wait_seconds_total += seconds(task.queued_at, started);
    lock.unlock();
    task.run(worker);
    const auto ended = std::chrono::steady_clock::now();
    lock.lock();
    --stats_.busy;
    ++stats_.done;
    stats_.busy_seconds_total += seconds(started, ended);
    task.finish();  // counted before the caller resumes, so that it sees itself counted
  }
}

PoolStats Pool::stats() const {
  const std::lock_guard lock(mutex_);
  PoolStats stats = stats_;
  stats.depth = waiting_.size();
  return stats;
}

}  // namespace gatehouse::runtime
