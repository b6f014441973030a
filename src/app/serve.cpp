#include "app/serve.hpp"

#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/admin_service.hpp"
#include "app/cluster.hpp"
#include "app/gate_denials.hpp"
#include "app/gate_role.hpp"
#include "app/identity_node.hpp"
#include "app/machine.hpp"
#include "app/machine_metrics.hpp"
#include "app/page_options.hpp"
#include "app/process_metrics.hpp"
#include "app/public_service.hpp"
#include "app/version.hpp"
#include "gate/gates.hpp"
#include "gate/keeper.hpp"
#include "platform/http/server.hpp"
#include "platform/limits/connection_limiter.hpp"
#include "platform/runtime/event_loops.hpp"
#include "platform/telemetry/otlp_sender.hpp"
#include "platform/telemetry/tracer.hpp"
#include "web/pages.hpp"

namespace gatehouse::app {
namespace {

using std::chrono::milliseconds;

// Signals are taken by the main thread, one at a time; blocked before any other thread begins, so that all inherit it.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return set;
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// A core file would hold passwords and keys. (prctl's PR_SET_DUMPABLE would also take /proc/self from our own metrics.)
void forbid_core_files() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

http::ServerOptions server_options(const Settings& settings, const Endpoint& endpoint) {
  const auto& server = settings.server;
  http::ServerOptions options;
  options.address = endpoint.address.to_string();
  options.port = endpoint.port;
  options.header_timeout = server.header_timeout;
  options.body_timeout = server.body_timeout;
  options.idle_timeout = server.idle_timeout;
  options.write_timeout = server.write_timeout;
  options.proxies = http::TrustedProxies(server.trusted_networks);
  return options;
}

limits::ConnectionLimits connection_limits(const Settings& settings) {
  const std::size_t total =
      settings.server.max_connections != 0 ? settings.server.max_connections : half_the_descriptors();
  return {.per_address = settings.server.max_connections_per_address, .total = total};
}

http::ApiRates api_rates(const Settings& settings, limits::SharedLimits* shared) {
  http::ApiRates rates{settings.limit.everything, settings.limit.sign_in, settings.limit.registration,
                       settings.limit.tracked_keys};
  if (shared != nullptr) {
    rates.shared_sign_in = &shared->sign_in();
    rates.shared_registration = &shared->registration();
  }
  return rates;
}

// Null: nothing is traced.
std::unique_ptr<telemetry::Tracer> make_tracer(const Settings& settings, telemetry::Logger& log,
                                               telemetry::Metrics& metrics) {
  if (settings.trace.endpoint.empty()) return nullptr;
  auto sender = telemetry::make_otlp_sender({.endpoint = settings.trace.endpoint});
  return std::make_unique<telemetry::Tracer>(
      telemetry::TracerOptions{.sample_ratio = settings.trace.sample_ratio, .version = kVersion}, std::move(sender),
      log, metrics);
}

// The running process. Members are made in the order of start and go in the order of stop.
class Process {
 public:
  Process(const Settings& settings, telemetry::Logger& log)
      : settings_(settings),
        log_(log),
        tracer_(make_tracer(settings, log, metrics_)),
        limiter_(connection_limits(settings)),
        loops_(settings.server.loops != 0 ? settings.server.loops : usable_cores()),
        gates_(loops_, gate_options(settings), gate_policy(settings), clock_, metrics_),
        cluster_(make_cluster()),
        shared_limits_(settings.runs("identity") ? make_shared_limits(settings, clock_, random_, metrics_) : nullptr),
        identity_(make_identity()),
        pages_(make_pages()),
        public_service_(settings.runs("gate") ? &gates_ : nullptr, public_routes(),
                        api_rates(settings, shared_limits_.get()), clock_, log, metrics_, tracer_.get()),
        admin_service_(inner_routes(), std::nullopt, clock_, log, metrics_),
        keeper_(gates_, [this](const auto& refusals) { tell_of(refusals); }) {
    if (pages_) public_service_.on_stray([this](const http::Request& request) { return pages_->stray(request); });
    if (identity_) public_service_.on_failure(identity_->failure_listener());
    if (!settings.server.tls_certificate.empty()) {
      tls_ = std::make_shared<http::TlsContext>(settings.server.tls_certificate.string(),
                                                settings.server.tls_key.string());
      tls_->register_metrics(metrics_);
    }
    auto public_options = server_options(settings, settings.server.listen);
    public_options.tls = tls_;
    public_.emplace(loops_, public_service_, limiter_, std::move(public_options));
    auto admin_options = server_options(settings, settings.server.admin_listen);
    admin_options.every_loop = false;
    admin_.emplace(loops_, admin_service_, limiter_, std::move(admin_options));
    log.register_metrics(metrics_);
    register_connections(metrics_, public_->stats());
    register_machine_metrics(metrics_, settings.data.dir);
    metrics_.gauge_from("gatehouse_process_clock_ahead_seconds",
                        "By how much the machine's clock is ahead of the one that counts.", {},
                        [this] { return std::chrono::duration<double>(clock_.machine_ahead()).count(); });
  }

  void start() {
    loops_.start();
    keeper_.start();
    if (identity_) identity_->start();
    if (cluster_) cluster_->start();
    public_->start();
    admin_->start();
    announce("public", settings_.server.listen, *public_);
    announce("admin", settings_.server.admin_listen, *admin_);
    wanted_ = true;
    ::malloc_trim(0);  // what only the start needed goes back, migrations above all
  }

  // Serves until told to stop; a second signal on the way out ends at once.
  void run(const sigset_t& signals) {
    for (;;) {
      int signal = 0;
      if (sigwait(&signals, &signal) != 0) continue;
      if (signal != SIGHUP) return;
      reload_certificate();
    }
  }

  void stop(const sigset_t& signals) {
    wanted_ = false;
    log_.info("stopping");
    public_->retire();
    pause(signals, settings_.server.drain_delay, [] { return false; });
    public_->drain();
    pause(signals, settings_.server.drain_timeout,
          [this] { return public_->stats().listening == 0 && public_->stats().open == 0; });
    public_->close();
    admin_->drain();
    admin_->close();
    if (cluster_) cluster_->stop();
    keeper_.stop();  // before identity: what was refused last is still recorded
    if (identity_) identity_->stop();
    loops_.stop();
    log_.info("stopped");
  }

 private:
  std::unique_ptr<Cluster> make_cluster() {
    if (settings_.cluster.secret.empty()) return nullptr;
    return std::make_unique<Cluster>(settings_, gates_, clock_, random_, log_, metrics_);
  }

  std::unique_ptr<IdentityNode> make_identity() {
    if (!settings_.runs("identity")) return nullptr;
    contract::RevocationFeed& feed = cluster_ ? cluster_->publisher() : gates_;
    return std::make_unique<IdentityNode>(settings_, gates_, feed, cluster_ ? cluster_->journal() : nullptr,
                                          shared_limits_.get(), clock_, random_, log_, metrics_);
  }

  void tell_of(const std::vector<gate::Refusal>& refusals) {
    const std::uint64_t malformed = public_->stats().malformed;
    const Refused refused{.by_gate = refusals, .malformed = malformed - std::exchange(told_malformed_, malformed)};
    if (identity_) return identity_->note_refused(refused);
    logged_denials_.tell(refused);
  }

  std::unique_ptr<web::Pages> make_pages() {
    if (!settings_.runs("identity") || !settings_.pages.enabled) return nullptr;
    return std::make_unique<web::Pages>(page_options(settings_, identity_->routes(), identity_->letter_languages()));
  }

  std::vector<http::Route> public_routes() {
    std::vector<http::Route> routes;
    if (identity_) routes = identity_->routes();
    if (pages_) {
      for (auto& route : pages_->routes()) routes.push_back(std::move(route));
    }
    if (settings_.runs("gate")) routes.push_back(gate_route());
    for (auto& route : routes) route.deadline = settings_.server.request_timeout;
    return routes;
  }

  // Ready while it is wanted and can decide: where nothing is heard of what has ended, every answer would be 503.
  std::vector<http::Route> inner_routes() {
    auto routes = admin_routes([this] { return wanted_ && gates_.is_fresh(); }, metrics_);
    if (cluster_) {
      for (auto& route : cluster_->routes()) routes.push_back(std::move(route));
    }
    return routes;
  }

  void announce(const char* listener, const Endpoint& wanted, const http::Server& server) {
    Endpoint bound = wanted;
    bound.port = server.port();
    log_.info("listening", {{"listener", listener}, {"address", bound.to_string()}});
  }

  void reload_certificate() {
    if (!tls_) return;
    try {
      tls_->reload();
      log_.info("certificate_reloaded");
    } catch (const std::exception& failure) {
      log_.error("certificate_not_reloaded", {{"what", failure.what()}});
    }
  }

  // Waits for `done`, at most `longest`; a second signal cuts every wait short.
  template <class Done>
  void pause(const sigset_t& signals, milliseconds longest, Done done) {
    constexpr milliseconds kStep{20};
    for (auto waited = milliseconds(0); !hurry_ && waited < longest && !done(); waited += kStep) {
      const timespec step{0, std::chrono::nanoseconds(kStep).count()};
      const int signal = sigtimedwait(&signals, nullptr, &step);
      if (signal == SIGTERM || signal == SIGINT) hurry_ = true;
    }
  }

  const Settings& settings_;
  telemetry::Logger& log_;
  base::ReferenceClock clock_;
  base::SystemRandom random_;
  telemetry::Metrics metrics_;
  std::unique_ptr<telemetry::Tracer> tracer_;
  std::atomic<bool> wanted_{false};  // everything listens, and nobody has asked it to stop
  limits::ConnectionLimiter limiter_;
  runtime::EventLoops loops_;
  gate::Gates gates_;
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<limits::SharedLimits> shared_limits_;
  std::unique_ptr<IdentityNode> identity_;
  LoggedDenials logged_denials_{clock_, log_};  // where there is no database
  std::unique_ptr<web::Pages> pages_;
  PublicService public_service_;
  http::ApiService admin_service_;
  std::shared_ptr<http::TlsContext> tls_;
  std::optional<http::Server> public_;
  std::optional<http::Server> admin_;
  std::uint64_t told_malformed_ = 0;  // of the keeper's thread
  gate::Keeper keeper_;               // goes first: it tells of what the others refused
  bool hurry_ = false;
};

}  // namespace

int serve(const Settings& settings) {
  const sigset_t signals = block_signals();
  raise_descriptor_limit();
  forbid_core_files();
  const base::SystemClock clock;
  telemetry::Logger log({.level = settings.log.level, .file = settings.log.file.string()}, clock);
  try {
    Process process(settings, log);
    process.start();
    process.run(signals);
    process.stop(signals);
    return 0;
  } catch (const std::exception& failure) {
    log.error("not_started", {{"what", failure.what()}});
    return 1;
  }
}

}  // namespace gatehouse::app
