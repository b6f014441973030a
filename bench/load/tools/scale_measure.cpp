#include "bench/load/tools/scale_measure.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <ostream>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "bench/load/tools/scale_member.hpp"
#include "crypto/blind_index.hpp"
#include "identity/session/client_info.hpp"
#include "identity/token/data_key.hpp"
#include "identity/token/refresh_token.hpp"

namespace gatehouse::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Micros = std::vector<double>;

// Prime, and greater than any number of sessions: multiplying by it permutes them.
constexpr std::size_t kStride = 1'000'000'007;

// Connections are made and statements prepared meanwhile.
constexpr std::chrono::milliseconds kWarmUp{500};
constexpr const char* kHashOfNobody =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
constexpr std::chrono::milliseconds kSweepRest{20};
constexpr std::size_t kSweepStep = 500;  // as app::Housekeeper does

void require(bool succeeded, const char* what) {
  if (!succeeded) throw std::runtime_error(std::string("no success: ") + what);
}

template <class F>
double timed(F f) {
  const auto began = SteadyClock::now();
  f();
  return std::chrono::duration<double, std::micro>(SteadyClock::now() - began).count();
}

// The sessions in an order of no pattern. The steps take the first nine tenths, time and again, so that every session
// has been used equally often and its counter is known; the last tenth is given away as tokens, each once.
class Sessions {
 public:
  explicit Sessions(const ScaleMeasure& measure)
      : every_(measure.accounts_a_session), all_((measure.accounts + every_ - 1) / every_) {}

  [[nodiscard]] identity::RefreshToken of_step(std::size_t n) const { return {nth(n % for_steps()), n / for_steps()}; }
  [[nodiscard]] identity::RefreshToken to_give(std::size_t n) const {
    require(n < all_ - for_steps(), "every session was given away; fill anew");
    return {nth(for_steps() + n), 0};
  }

 private:
  [[nodiscard]] std::size_t for_steps() const { return all_ - all_ / 10; }
  [[nodiscard]] contract::SessionId nth(std::size_t n) const { return session_of_member(n * kStride % all_ * every_); }

  const std::size_t every_;
  const std::size_t all_;
};

// One step a call; returns what of it counts, in microseconds.
class Steps {
 public:
  Steps(app::Installation& installation, const ScaleMeasure& measure)
      : it_(installation), measure_(measure), sessions_(measure), next_(measure.from) {}

  std::function<double(std::mt19937_64&)> named(const std::string& name) {
    if (name == "username") return [this](auto& draw) { return find_by_username(any(draw)); };
    if (name == "email") return [this](auto& draw) { return find_by_email(any(draw)); };
    if (name == "session") return [this](auto& draw) { return open_session(any(draw)); };
    if (name == "registration") return [this](auto&) { return register_one(measure_.accounts + next_++); };
    if (name == "refresh") return [this](auto&) { return refresh(sessions_.of_step(next_++)); };
    if (name == "sweep") return [this](auto&) { return sweep(); };
    throw std::invalid_argument("no such step: " + name);
  }

 private:
  std::size_t any(std::mt19937_64& draw) const {
    const std::size_t among = measure_.among > 0 ? measure_.among : measure_.accounts;
    return std::uniform_int_distribution<std::size_t>(0, among - 1)(draw) * (measure_.accounts / among);
  }

  double find_by_username(std::size_t i) const {
    const auto name = member(i, measure_.accounts, {}).username;
    return timed([&] {
      require(it_.database->read_blocking(
                  [&](db::Transaction& tx) { return it_.accounts.find_by_username(tx, name).has_value(); }),
              "sign-in by username");
    });
  }

  double find_by_email(std::size_t i) const {
    const auto index = crypto::blind_index(it_.secrets.blind_index, member(i, measure_.accounts, {}).email);
    return timed([&] {
      require(it_.database->read_blocking(
                  [&](db::Transaction& tx) { return it_.accounts.find_by_email_index(tx, index).has_value(); }),
              "sign-in by e-mail");
    });
  }

  // The steps of SignIn::open_if_unchanged and SessionService::open.
  double open_session(std::size_t i) const {
    const auto name = member(i, measure_.accounts, {}).username;
    const auto found =
        it_.database->read_blocking([&](db::Transaction& tx) { return it_.accounts.find_by_username(tx, name); });
    require(found.has_value(), "sign-in");
    const contract::SessionId session(base::Uuid::random(it_.random));
    const auto open = [&](db::Transaction& tx) {
      const auto current = it_.accounts.find(tx, found->id);
      const auto standing = it_.sessions.standing(tx, found->id);
      if (!current || !standing) return false;
      const auto data_key = identity::derive_data_key(it_.secrets.account_kek, found->id, standing->data_key_seed);
      auto client =
          identity::seal_client_info(data_key.value(), session, {.address = "192.0.2.7", .agent = "bench"}, it_.random);
      return it_.sessions.insert_capped(tx, {session, found->id, std::move(client), {"pwd"}}, it_.clock.now()).empty();
    };
    return timed([&] { require(it_.database->write_blocking(open), "opening a session"); });
  }

  double register_one(std::size_t i) const {
    auto account = member(i, measure_.accounts, it_.clock.now());
    account.id = contract::AccountId(base::Uuid::v7(it_.clock, it_.random));
    auto sealed = it_.vault.seal_new(account.id, {.email = account.email, .display_name = {}});
    const identity::NewAccount row{.id = account.id,
                                   .username = account.username,
                                   .username_skeleton = account.skeleton,
                                   .email_index = crypto::blind_index(it_.secrets.blind_index, account.email),
                                   .data_key_seed = std::move(sealed.data_key_seed),
                                   .profile_sealed = std::move(sealed.profile),
                                   .password_hash = kHashOfNobody,
                                   .roles = {"member"},
                                   .created_at = it_.clock.now()};
    return timed([&] {
      require(
          it_.database->write_blocking([&](db::Transaction& tx) { return it_.accounts.insert(tx, row).has_value(); }),
          "registration");
    });
  }

  double refresh(const identity::RefreshToken& token) const {
    return timed([&] {
      require(!it_.database
                   ->write_blocking([&](db::Transaction& tx) {
                     return it_.sessions.rotate_refresh_counter(tx, token, it_.clock.now());
                   })
                   .refused,
              "refresh");
    });
  }

  double sweep() const {
    std::this_thread::sleep_for(kSweepRest);
    return timed([&] {
      require(it_.database->write_blocking(
                  [&](db::Transaction& tx) { return it_.sessions.sweep(tx, it_.clock.now(), kSweepStep); }) > 0,
              "a sweep; everything was swept");
    });
  }

  app::Installation& it_;
  const ScaleMeasure& measure_;
  const Sessions sessions_;
  std::atomic<std::size_t> next_;
};

struct Measured {
  Micros micros;
  std::size_t steps = 0;  // those of kWarmUp included
};

// Until time is up; the first failure of any thread is thrown once all have ended.
Measured run_threads(const ScaleMeasure& measure, const std::function<double(std::mt19937_64&)>& step) {
  const auto begin = SteadyClock::now() + kWarmUp;
  const auto end = begin + measure.duration;
  std::mutex mutex;
  Measured all;
  std::exception_ptr failure;
  const auto work = [&](std::size_t thread) {
    Measured mine;
    std::mt19937_64 draw(measure.seed * 1'000 + thread);
    try {
      for (auto now = SteadyClock::now(); now < end; now = SteadyClock::now(), ++mine.steps) {
        const double micros = step(draw);
        if (now >= begin) mine.micros.push_back(micros);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    all.micros.insert(all.micros.end(), mine.micros.begin(), mine.micros.end());
    all.steps += mine.steps;
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < measure.threads; ++i) threads.emplace_back(work, i);
  for (auto& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  return all;
}

}  // namespace

void measure_scale(app::Installation& installation, const ScaleMeasure& measure, std::ostream& out) {
  Steps steps(installation, measure);
  const auto step = steps.named(measure.step);
  const auto conflicts = [&] { return installation.database->stats().conflicts; };
  const auto conflicts_before = conflicts();
  auto [micros, steps_taken] = run_threads(measure, step);
  require(!micros.empty(), "no time for a single step");
  std::sort(micros.begin(), micros.end());
  const auto quantile = [&](double q) { return micros[static_cast<std::size_t>(q * double(micros.size() - 1))]; };
  double sum = 0;
  for (const double one : micros) sum += one;
  out << R"({"used": )" << steps_taken << R"(, "count": )" << micros.size() << R"(, "seconds": )"
      << std::chrono::duration<double>(measure.duration).count() << R"(, "p50": )" << quantile(0.5) << R"(, "p99": )"
      << quantile(0.99) << R"(, "p999": )" << quantile(0.999) << R"(, "mean": )" << sum / double(micros.size())
      << R"(, "conflicts": )" << conflicts() - conflicts_before << "}\n";
}

void print_scale_tokens(const app::Installation& installation, const ScaleMeasure& measure, std::size_t count,
                        std::ostream& out) {
  const identity::RefreshTokenCodec codec(installation.secrets.refresh_mac.clone());
  const Sessions sessions(measure);
  for (std::size_t n = measure.from; n < measure.from + count; ++n) {
    out << codec.encode(sessions.to_give(n)).expose() << '\n';
  }
}

void print_scale_names(const ScaleMeasure& measure, std::size_t count, std::ostream& out) {
  std::mt19937_64 draw(measure.seed);
  std::uniform_int_distribution<std::size_t> any(0, measure.accounts - 1);
  for (std::size_t n = 0; n < count; ++n) {
    out << member(measure.from > 0 ? measure.from + n : any(draw), measure.accounts, {}).username << '\n';
  }
}

}  // namespace gatehouse::bench
