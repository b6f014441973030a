#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/clock.hpp"
#include "platform/http/route.hpp"
#include "platform/http/service.hpp"
#include "platform/limits/rate_limiter.hpp"
#include "platform/limits/shared_rate_limiter.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/telemetry/tracer.hpp"

namespace gatehouse::http {

struct ApiRates {
  limits::Rate everything{300, 100};
  limits::Rate sign_in{30, 1};
  limits::Rate registration{20, 0.1};
  std::size_t tracked_keys = limits::RateLimiter::kDefaultKeys;  // addresses remembered in each tier
  // Where several processes count together, of the same rates; nullptr: each for itself. REQUIRES: outlive the service.
  limits::SharedRateLimiter* shared_sign_in = nullptr;
  limits::SharedRateLimiter* shared_registration = nullptr;
};

// An answer 5xx: what an administrator wants to look up by its error_id.
struct Failure {
  const telemetry::TraceContext& trace;
  unsigned status;
  std::string_view route;   // the pattern
  std::string_view kind;    // last part of the problem's type
  std::string_view detail;  // what the log says
};

// A route table as a Service, with everything that happens to a request around its handler. Thread-safe.
class ApiService : public Service {
 public:
  // `rates` absent: nothing is limited (the admin listener). `tracer` null: nothing is traced. REQUIRES: clock, logger,
  // metrics and tracer outlive the service.
  ApiService(std::vector<Route> routes, const std::optional<ApiRates>& rates, const base::Clock& clock,
             telemetry::Logger& logger, telemetry::Metrics& metrics, telemetry::Tracer* tracer = nullptr);
  ~ApiService() override;

  Admission admit(Request& request) override;
  boost::asio::awaitable<Response> handle(Request& request, const Admission& admission) override;
  Response refuse(unsigned status, const Request& request) override;

  // Hears of every answer 5xx, on the loop it is made on; must neither wait nor throw. REQUIRES: set before the first
  // request.
  void on_failure(std::function<void(const Failure&)> hear) { hear_ = std::move(hear); }

  // Asked what to answer where there is no route; nothing: 404. On the loop of the request; must neither wait nor
  // throw. REQUIRES: set before the first request.
  using Stray = std::function<std::optional<Response>(const Request&)>;
  void on_stray(Stray answer) { stray_ = std::move(answer); }

  [[nodiscard]] const Router& router() const noexcept { return router_; }

 private:
  struct RouteMetrics;
  struct Tiers;
  boost::asio::awaitable<Response> answer(Request& request, const Route& route);
  Response unavailable(const Request& request, std::string_view route, const char* reason,
                       std::chrono::seconds retry_after);
  void tell(const Request& request, unsigned status, std::string_view route, std::string_view detail) const;
  bool count(limits::RateLimiter& tier, std::string_view name, const Request& request, Admission& admission);
  [[nodiscard]] limits::SharedRateLimiter* shared_tier(RateClass rate) const;
  boost::asio::awaitable<std::optional<Response>> count_together(limits::SharedRateLimiter& tier, std::string_view name,
                                                                 const Request& request, HeaderList& headers);
  Response limited(std::string_view name, const Request& request, const limits::Decision& decision);

  Router router_;
  std::unique_ptr<Tiers> tiers_;
  const base::Clock& clock_;
  telemetry::Logger& logger_;
  telemetry::Metrics& metrics_;
  telemetry::Counter out_of_time_;
  telemetry::Tracer* tracer_;
  std::function<void(const Failure&)> hear_{};
  Stray stray_{};
  std::map<const Route*, std::unique_ptr<RouteMetrics>> route_metrics_;
};

}  // namespace gatehouse::http
