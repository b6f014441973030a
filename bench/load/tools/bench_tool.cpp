// Fills a data folder, mints tokens, measures the raw hash: what the load programs can't do over HTTP in time.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <string>

#include "app/workbench.hpp"
#include "bench/load/tools/fill.hpp"
#include "bench/load/tools/hash_rate.hpp"

namespace gatehouse {
namespace {

struct Arguments {
  std::string config;
  std::size_t count = 0;
  std::size_t shown = 0;
  std::string password = "lantern otter quiet 42";
  std::size_t threads = 1;
  unsigned milliseconds = 3'000;
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
  hash->add_option("--milliseconds", arguments.milliseconds, "For how long");
  CLI11_PARSE(app, argc, argv);

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
  const auto rate = bench::measure_hash_rate({}, a.threads, std::chrono::milliseconds(a.milliseconds));
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
