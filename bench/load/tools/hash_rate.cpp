#include "bench/load/tools/hash_rate.hpp"

#include <ctime>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace gatehouse::bench {
namespace {

constexpr std::string_view kPassword = "lantern otter quiet 42";
using Clock = std::chrono::steady_clock;

struct Done {
  double checks = 0;
  double seconds = 0;
};

// To the end of the check that runs when time is up: none is counted by halves.
Done check_for(const crypto::PasswordHasher& hasher, const std::string& stored, std::chrono::milliseconds duration) {
  const base::Secret password(kPassword);
  const auto began = Clock::now();
  Done done;
  for (; Clock::now() - began < duration; ++done.checks) {
    if (!hasher.verify(password, stored).matches) throw std::logic_error("the right password does not match");
  }
  done.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return done;
}

}  // namespace

HashRate measure_hash_rate(const crypto::PasswordCost& cost, std::size_t threads, std::chrono::milliseconds duration) {
  const crypto::PasswordHasher hasher(cost);
  const std::string stored = *hasher.hash(base::Secret(kPassword));
  std::vector<Done> done(threads);
  const std::clock_t cpu = std::clock();
  std::vector<std::thread> workers;
  for (auto& one : done) workers.emplace_back([&] { one = check_for(hasher, stored, duration); });
  for (auto& worker : workers) worker.join();
  const double cpu_seconds = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  HashRate rate;
  for (const auto& one : done) {
    rate.per_second += one.checks / one.seconds;
    rate.per_cpu_second += one.checks / cpu_seconds;
  }
  return rate;
}

}  // namespace gatehouse::bench
