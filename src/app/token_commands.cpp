#include <boost/json/serialize.hpp>
#include <istream>
#include <ostream>
#include <string>

#include "app/commands.hpp"
#include "app/gate_role.hpp"
#include "app/workbench.hpp"
#include "gate/verifier.hpp"

namespace gatehouse::app {
namespace {

int complain(identity::KeyRingError error, std::ostream& err) {
  err << to_string(error) << "\n";
  return 1;
}

std::string date_or_dash(const std::optional<base::TimePoint>& time) {
  return time ? std::to_string(base::to_unix_seconds(*time)) : "-";
}

}  // namespace

int keys_list(const Settings& settings, const CommandIo& io) {
  Workbench bench(settings);
  io.out << "kid  algorithm  state  created  activated  verifies_until\n";
  for (const auto& key : bench.installation().keys.list()) {
    io.out << key.kid << "  " << key.algorithm << "  " << to_string(key.state) << "  "
           << base::to_unix_seconds(key.created_at) << "  " << date_or_dash(key.activated_at) << "  "
           << date_or_dash(key.verify_until) << "\n";
  }
  return 0;
}

int keys_rotate(const Settings& settings, const CommandIo& io) {
  Workbench bench(settings);
  if (const auto done = bench.installation().keys.rotate({.is_operator = true}); !done)
    return complain(done.error(), io.err);
  io.out << "Signing with " << bench.installation().keys.snapshot()->current->kid() << ".\n";
  return bench.tell_running_process(io);
}

int keys_revoke(const Settings& settings, const std::string& kid, const CommandIo& io) {
  Workbench bench(settings);
  if (const auto done = bench.installation().keys.revoke(kid, {.is_operator = true}); !done)
    return complain(done.error(), io.err);
  io.out << "Revoked " << kid << "; every token it signed is void.\n";
  return bench.tell_running_process(io);
}

int token_verify(const Settings& settings, const CommandIo& io) {
  std::string token;
  std::getline(io.in, token);
  Workbench bench(settings);
  auto& installation = bench.installation();
  const auto options = gate_options(settings);
  gate::Verifier verifier(options.verifier, bench.clock());
  verifier.set_keys(installation.keys.snapshot()->verification);
  constexpr std::size_t kStep = 10'000;
  for (std::int64_t seq = 0, more = 1; more != 0;) {
    const auto rows = installation.database->read_blocking(
        [&](db::Transaction& tx) { return installation.revocations.live_since(tx, seq, bench.clock().now(), kStep); });
    for (const auto& row : rows) verifier.apply(row);
    more = rows.size() == kStep ? 1 : 0;
    if (!rows.empty()) seq = rows.back().seq;
  }
  verifier.feed_is_fresh();
  const auto now = bench.clock().now();
  const auto verdict = verifier.verify(token, now);
  if (!verdict) {
    io.err << "refused: " << gate::kReasonNames[static_cast<std::size_t>(verdict.error())] << "\n";
    return 1;
  }
  const auto verified =
      crypto::verify_jwt(token, *installation.keys.snapshot()->verification, options.verifier.expected, now);
  io.out << boost::json::serialize(verified->claims()) << "\n";
  return 0;
}

}  // namespace gatehouse::app
