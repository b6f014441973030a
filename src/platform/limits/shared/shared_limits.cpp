#include "platform/limits/shared/shared_limits.hpp"

#include <utility>

namespace gatehouse::limits {

SharedLimits::SharedLimits(SharedLimitsOptions options, const base::Clock& clock, base::Random& random,
                           telemetry::Metrics& metrics)
    : redis_(std::move(options.redis), {.name = "redis_limits", .ca_file = std::move(options.ca_file)}, clock, random),
      keys_(std::move(options.key)),
      sign_in_("sign-in", options.sign_in, redis_, keys_, clock),
      registration_("registration", options.registration, redis_, keys_, clock),
      failed_sign_ins_(options.throttle, redis_, keys_, clock),
      attacks_("attacks", kWindowKeys, redis_, keys_, clock),
      overall_("overall", kOverallKeys, redis_, keys_, clock),
      used_once_("used_once", kWindowKeys, redis_, keys_, clock) {
  redis_.register_metrics(metrics);
  sign_in_.register_metrics(metrics);
  registration_.register_metrics(metrics);
  failed_sign_ins_.register_metrics(metrics);
  attacks_.register_metrics(metrics);
  overall_.register_metrics(metrics);
  used_once_.register_metrics(metrics);
}

}  // namespace gatehouse::limits
