#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gate/policy.hpp"
#include "gate/reason.hpp"
#include "gate/refusals.hpp"
#include "gate/verifier.hpp"
#include "platform/base/clock.hpp"
#include "platform/http/forwarded.hpp"
#include "platform/http/request.hpp"
#include "platform/http/wire.hpp"
#include "platform/limits/rate_limiter.hpp"
#include "platform/telemetry/loop_counters.hpp"

namespace gatehouse::gate {

using Counters = telemetry::LoopCounters<Reason, kReasons>;

struct GateOptions {
  VerifierOptions verifier{};
  ProxyHeaders headers = ProxyHeaders::either;
  std::string sign_in_url{};  // where a browser is to sign in; empty: it is not told
  http::TrustedProxies proxies{};
  limits::Rate bad_tokens{50, 5};  // of one address, on one loop
};

// The gate of one loop: answers `GET /gate/check`. Not thread-safe: used on its loop's thread alone.
class Gate {
 public:
  // REQUIRES: options, policy, clock and counters outlive it.
  Gate(const GateOptions& options, const Policy& policy, const base::Clock& clock, Counters& counters);

  // Appends a whole answer: 200 with the identity headers, 401, 403, 429 or 503. Never throws, never waits.
  void check(const http::Request& request, const http::WireOptions& wire, std::string& out);

  [[nodiscard]] Verifier& verifier() noexcept { return verifier_; }
  [[nodiscard]] Refusals& refusals() noexcept { return refusals_; }

  // A token from `client`, with the limit on bad ones. Errors: as Verifier::verify, and too_many_bad.
  [[nodiscard]] base::Result<const CachedToken*, Reason> verify_limited(std::string_view token,
                                                                        const base::IpAddress& client,
                                                                        base::TimePoint now);

 private:
  struct Verdict {
    Reason reason;
    const CachedToken* token = nullptr;  // of who is signed in; also on public paths
    const Rule* rule = nullptr;
  };
  [[nodiscard]] Verdict judge(const http::Request& request);
  [[nodiscard]] Verdict judge_token(const http::Request& request, const Rule& rule);
  void note_refusal(const Verdict& verdict) noexcept;
  void refuse(const http::Request& request, const http::WireOptions& wire, const Verdict& verdict, std::string& out);

  const GateOptions& options_;
  const Policy& policy_;
  const base::Clock& clock_;
  Counters& counters_;
  Verifier verifier_;
  limits::RateLimiter bad_tokens_;  // this loop's own: its lock is never contended
  std::string scratch_;             // of read_original
  OriginalRequest original_;        // of the check at hand
  Refusals refusals_;
};

}  // namespace gatehouse::gate
