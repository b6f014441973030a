// Fills a data folder, mints tokens, measures the raw hash: what the load programs can't do over HTTP in time.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

#include "app/workbench.hpp"
#include "bench/load/tools/fill.hpp"
#include "bench/load/tools/hash_rate.hpp"
#include "bench/load/tools/scale_fill.hpp"
#include "bench/load/tools/scale_measure.hpp"

namespace gatehouse {
namespace {

struct Arguments {
  std::string config;
  std::size_t count = 0;
  std::size_t shown = 0;
  std::string password = "lantern otter quiet 42";
  std::size_t threads = 1;
  unsigned milliseconds = 3'000;
  bool library = false;
  std::int64_t now = 0;
  bench::ScaleMeasure measure{};
};

template <class Fill>
int with_installation(const Arguments& arguments, Fill fill) {
  const auto loaded = app::load_settings({.file = arguments.config, .environment = app::process_environment()});
  if (!loaded) {
    for (const auto& problem : loaded.error()) std::cerr << problem.key << ": " << problem.message << "\n";
    return 1;
  }
  app::Workbench bench(loaded->settings);
  fill(bench.installation());
  return 0;
}

CLI::App* add(CLI::App& app, Arguments& arguments, const std::string& name, const std::string& help) {
  CLI::App* const command = app.add_subcommand(name, help);
  command->add_option("--config", arguments.config, "Configuration file")->required();
  command->add_option("--count", arguments.count, "How many")->required();
  return command;
}

CLI::App* add_scale(CLI::App& app, Arguments& arguments, const std::string& name, const std::string& help) {
  CLI::App* const command = add(app, arguments, name, help);
  command->add_option("--every", arguments.measure.accounts_a_session, "Accounts for each session");
  command->add_option("--password", arguments.password, "Of all of them");
  command->add_option("--now", arguments.now, "Milliseconds since the epoch, of the fill");
  command->add_option("--step", arguments.measure.step, bench::kScaleSteps);
  command->add_option("--among", arguments.measure.among, "Draw from so many accounts, spread over all");
  command->add_option("--from", arguments.measure.from, "The first that was not used yet");
  command->add_option("--threads", arguments.measure.threads, "Steps in flight");
  command->add_option("--milliseconds", arguments.milliseconds, "For how long");
  command->add_option("--seed", arguments.measure.seed, "Of the choice of accounts");
  command->add_option("--shown", arguments.shown, "Tokens to print");
  return command;
}

// What `./dev bench scale` needs; --count is the number of accounts.
struct ScaleCommands {
  ScaleCommands(CLI::App& app, Arguments& arguments)
      : accounts(add_scale(app, arguments, "scale-accounts", "Print accounts, for COPY")),
        profiles(add_scale(app, arguments, "scale-profiles", "Print their profiles, for COPY")),
        sessions(add_scale(app, arguments, "scale-sessions", "Print their sessions, for COPY")),
        measure(add_scale(app, arguments, "scale-measure", "Print how long a step takes, as JSON")),
        tokens(add_scale(app, arguments, "scale-tokens", "Print refresh tokens")),
        names(add_scale(app, arguments, "scale-names", "Print usernames")) {}

  CLI::App* const accounts;
  CLI::App* const profiles;
  CLI::App* const sessions;
  CLI::App* const measure;
  CLI::App* const tokens;
  CLI::App* const names;
};

// Nothing: none of them was asked for.
std::optional<int> run_scale(const ScaleCommands& commands, Arguments& a) {
  a.measure.accounts = a.count;
  a.measure.duration = std::chrono::milliseconds(a.milliseconds);
  const bench::ScaleFill fill{a.count, a.measure.accounts_a_session, base::from_unix_ms(a.now)};
  if (commands.accounts->parsed()) {
    return with_installation(a, [&](auto& it) { bench::write_accounts(it, fill, a.password, std::cout); });
  }
  if (commands.profiles->parsed()) {
    return with_installation(a, [&](auto& it) { bench::write_profiles(it, fill, std::cout); });
  }
  if (commands.sessions->parsed()) {
    return with_installation(a, [&](auto& it) { bench::write_sessions(it, fill, std::cout); });
  }
  if (commands.measure->parsed()) {
    return with_installation(a, [&](auto& it) { bench::measure_scale(it, a.measure, std::cout); });
  }
  if (commands.tokens->parsed()) {
    return with_installation(a, [&](auto& it) { bench::print_scale_tokens(it, a.measure, a.shown, std::cout); });
  }
  if (commands.names->parsed()) {
    bench::print_scale_names(a.measure, a.shown, std::cout);
    return 0;
  }
  return std::nullopt;
}

int run(int argc, char** argv) {
  CLI::App app("What bench/load needs done below HTTP");
  app.require_subcommand(1);
  Arguments arguments;
  CLI::App* const accounts = add(app, arguments, "accounts", "Insert accounts member-0 ...");
  accounts->add_option("--password", arguments.password, "Of all of them");
  CLI::App* const sessions = add(app, arguments, "sessions", "Insert live sessions and their accounts");
  sessions->add_option("--shown", arguments.shown, "Refresh tokens to print");
  CLI::App* const revocations = add(app, arguments, "revocations", "Insert live revocations");
  CLI::App* const tokens = add(app, arguments, "tokens", "Print access tokens");
  CLI::App* const hash = app.add_subcommand("hash-rate", "Print password checks a second, and a CPU second");
  hash->add_option("--threads", arguments.threads, "Threads");
  hash->add_flag("--library", arguments.library, "libsodium's hash, not Gatehouse's");
  hash->add_option("--milliseconds", arguments.milliseconds, "For how long");
  const ScaleCommands scale(app, arguments);
  CLI11_PARSE(app, argc, argv);
  if (const auto status = run_scale(scale, arguments)) return *status;

  using gatehouse::app::Installation;
  const auto& a = arguments;
  if (accounts->parsed()) {
    return with_installation(a, [&](Installation& it) { bench::fill_accounts(it, a.count, a.password); });
  }
  if (sessions->parsed()) {
    return with_installation(a, [&](Installation& it) { bench::fill_sessions(it, a.count, a.shown, std::cout); });
  }
  if (revocations->parsed()) {
    return with_installation(a, [&](Installation& it) { bench::fill_revocations(it, a.count); });
  }
  if (tokens->parsed()) {
    return with_installation(a, [&](Installation& it) { bench::mint_tokens(it, a.count, std::cout); });
  }
  const auto rate = bench::measure_hash_rate(a.library ? bench::HashKind::library : bench::HashKind::own, a.threads,
                                             std::chrono::milliseconds(a.milliseconds));
  std::cout << rate.per_second << " " << rate.per_cpu_second << "\n";
  return 0;
}

}  // namespace
}  // namespace gatehouse

int main(int argc, char** argv) {
  try {
    return gatehouse::run(argc, argv);
  } catch (const std::exception& failure) {
    std::cerr << "bench_tool: " << failure.what() << "\n";
    return 1;
  }
}
