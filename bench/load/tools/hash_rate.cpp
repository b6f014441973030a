#include "bench/load/tools/hash_rate.hpp"

#include <sodium.h>

#include <ctime>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "crypto/password.hpp"

namespace gatehouse::bench {
namespace {

constexpr std::string_view kPassword = "lantern otter quiet 42";
using Clock = std::chrono::steady_clock;

struct Done {
  double checks = 0;
  double seconds = 0;
};

// To the end of the check that runs when time is up: none is counted by halves.
Done check_for(const std::function<bool()>& check, std::chrono::milliseconds duration) {
  const auto began = Clock::now();
  Done done;
  for (; Clock::now() - began < duration; ++done.checks) {
    if (!check()) throw std::logic_error("the right password does not match");
  }
  done.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return done;
}

}  // namespace

HashRate measure_hash_rate(HashKind kind, std::size_t threads, std::chrono::milliseconds duration) {
  const crypto::PasswordHasher hasher;
  const base::Secret password(kPassword);
  const std::string stored = *hasher.hash(password);
  const std::function<bool()> own = [&] { return hasher.verify(password, stored).matches; };
  const std::function<bool()> library = [&] {
    return crypto_pwhash_str_verify(stored.c_str(), kPassword.data(), kPassword.size()) == 0;
  };
  std::vector<Done> done(threads);
  const std::clock_t cpu = std::clock();
  std::vector<std::thread> workers;
  for (auto& one : done)
    workers.emplace_back([&] { one = check_for(kind == HashKind::own ? own : library, duration); });
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
