#include "gate/keeper.hpp"

#include <pthread.h>

#include <utility>

namespace gatehouse::gate {

Keeper::Keeper(Gates& gates, Tell tell, std::chrono::milliseconds every)
    : gates_(gates), tell_(std::move(tell)), every_(every) {}

Keeper::~Keeper() { stop(); }

void Keeper::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "gatekeeper");
    run();
  });
}

void Keeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  tell_(gates_.take_refusals());
}

void Keeper::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    gates_.tend();
    tell_(gates_.take_refusals());
    lock.lock();
    wake_.wait_for(lock, every_, [this] { return stopping_; });
  }
}

}  // namespace gatehouse::gate
