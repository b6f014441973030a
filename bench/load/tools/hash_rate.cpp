#include "bench/load/tools/hash_rate.hpp"

#include <numeric>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace gatehouse::bench {
namespace {

constexpr std::string_view kPassword = "lantern otter quiet 42";
using Clock = std::chrono::steady_clock;

// Each thread's own rate, to the end of the hash that runs when time is up: no hash is counted by halves.
double rate_of_one(const crypto::PasswordHasher& hasher, const std::string& stored,
                   std::chrono::milliseconds duration) {
  const base::Secret password(kPassword);
  const auto began = Clock::now();
  std::size_t done = 0;
  for (; Clock::now() - began < duration; ++done) {
    if (!hasher.verify(password, stored).matches) return 0;
  }
  return static_cast<double>(done) / std::chrono::duration<double>(Clock::now() - began).count();
}

}  // namespace

double hashes_per_second(const crypto::PasswordCost& cost, std::size_t threads, std::chrono::milliseconds duration) {
  const crypto::PasswordHasher hasher(cost);
  const std::string stored = *hasher.hash(base::Secret(kPassword));
  std::vector<double> rates(threads);
  std::vector<std::thread> workers;
  for (auto& rate : rates) workers.emplace_back([&] { rate = rate_of_one(hasher, stored, duration); });
  for (auto& worker : workers) worker.join();
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

}  // namespace gatehouse::bench
