#include "platform/http/api_service.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "platform/base/keyed_hash.hpp"

namespace gatehouse::http {
namespace {

constexpr std::array<const char*, 6> kStatusClasses{"", "1xx", "2xx", "3xx", "4xx", "5xx"};

telemetry::Counter unavailable_counter(telemetry::Metrics& metrics, const char* reason) {
  return metrics.counter("gatehouse_http_unavailable_total", "Answers 503: could not decide.", {{"reason", reason}});
}

telemetry::Counter limited_counter(telemetry::Metrics& metrics, std::string_view tier) {
  return metrics.counter("gatehouse_http_rate_limited_total", "Answers 429.", {{"tier", std::string(tier)}});
}

// REQUIRES: a method that a route can have.
const char* method_name(Method method) {
  constexpr std::array<const char*, 7> kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return kMethods[static_cast<std::size_t>(method)];
}

struct Form {
  unsigned status;
  const char* slug;
  const char* title;
  const char* detail;
};
// Requests that are refused for their form, before anybody looked at what they mean.
constexpr std::array kForms{
    Form{400, "malformed-request", "The request is not well-formed HTTP.", "Send one request per RFC 9112."},
    Form{404, "not-found", "There is nothing at this address.", ""},
    Form{405, "method-not-allowed", "This address does not take that method.", "See the Allow header."},
    Form{408, "request-timeout", "The request did not arrive in time.", "Send it again, all at once."},
    Form{413, "content-too-large", "The request's body is too large.", "See the API's documentation for the limit."},
    Form{414, "uri-too-long", "The request line is too long.", "It may have 8 KiB."},
    Form{417, "expectation-failed", "The expectation can't be met.", "Only 100-continue is understood."},
    Form{429, "rate-limited", "Too many requests.", "Wait as long as Retry-After says."},
    Form{431, "headers-too-large", "The request's headers are too large.", "At most 100, 8 KiB each, 16 KiB in all."},
    Form{500, "internal-error", "Something failed on our side.", "Tell us the error_id."},
    Form{503, "unavailable", "The service can't decide this now.", "Try again after Retry-After."},
    Form{505, "http-version-not-supported", "Only HTTP/1.0 and HTTP/1.1 are spoken here.", ""},
};

const Form& form_of(unsigned status) {
  const auto found =
      std::find_if(kForms.begin(), kForms.end(), [&](const Form& form) { return form.status == status; });
  return found == kForms.end() ? kForms.front() : *found;
}

Response form_response(unsigned status, const Request& request, std::chrono::seconds retry_after = {}) {
  const Form& form = form_of(status);
  return problem_response({.status = form.status,
                           .slug = form.slug,
                           .title = form.title,
                           .detail = form.detail,
                           .errors = {},
                           .retry_after = retry_after},
                          request.trace.trace_id_hex());
}

std::string_view tier_name(RateClass rate) {
  return rate == RateClass::sign_in ? "sign-in" : rate == RateClass::registration ? "registration" : "everything";
}

HeaderList limit_headers(std::string_view name, const limits::Rate& rate, const limits::Decision& decision) {
  return {{"RateLimit-Policy", limits::rate_limit_policy_header(name, rate)},
          {"RateLimit", limits::rate_limit_header(name, decision)}};
}

}  // namespace

struct ApiService::RouteMetrics {
  std::vector<telemetry::Counter> by_class;  // indexed by status / 100
  telemetry::LatencyHistogram latency;
};

struct ApiService::Tiers {
  limits::RateLimiter everything;
  limits::RateLimiter sign_in;
  limits::RateLimiter registration;
  limits::SharedRateLimiter* shared_sign_in;
  limits::SharedRateLimiter* shared_registration;
  Tiers(const ApiRates& rates, const base::Clock& clock)
      : everything(rates.everything, clock, rates.tracked_keys),
        sign_in(rates.sign_in, clock, rates.tracked_keys),
        registration(rates.registration, clock, rates.tracked_keys),
        shared_sign_in(rates.shared_sign_in),
        shared_registration(rates.shared_registration) {}
};

ApiService::ApiService(std::vector<Route> routes, const std::optional<ApiRates>& rates, const base::Clock& clock,
                       telemetry::Logger& logger, telemetry::Metrics& metrics, telemetry::Tracer* tracer)
    : router_(std::move(routes)),
      tiers_(rates ? std::make_unique<Tiers>(*rates, clock) : nullptr),
      clock_(clock),
      logger_(logger),
      metrics_(metrics),
      out_of_time_(unavailable_counter(metrics, "deadline")),
      tracer_(tracer) {
  if (tiers_) {  // there from the start, so that the first of them shows as a step up from nothing
    for (const char* tier : {"everything", "sign-in", "registration"}) (void)limited_counter(metrics, tier);
  }
  for (const auto& route : router_.routes()) {
    const telemetry::Labels labels{{"route", route.path}, {"method", method_name(route.method)}};
    auto handles = std::make_unique<RouteMetrics>(
        RouteMetrics{{}, metrics.latency("gatehouse_http_request_seconds", "Time from head to answer.", labels)});
    for (const char* status_class : kStatusClasses) {
      telemetry::Labels with_class = labels;
      with_class["status"] = status_class;
      handles->by_class.push_back(metrics.counter("gatehouse_http_requests_total", "Requests answered.", with_class));
    }
    route_metrics_[&route] = std::move(handles);
  }
}

ApiService::~ApiService() = default;

// What happens to a request, in this order; handle() goes on once the body is there.
Service::Admission ApiService::admit(Request& request) {
  Admission admission;
  // 1. A trace id, so that every answer from here on can be looked up.
  request.trace = telemetry::TraceContext::from_header(request.header("traceparent").value_or(""));
  // 2. The tier that counts everything, before anything is looked up: probing for addresses is counted, too.
  if (tiers_ && !count(tiers_->everything, "everything", request, admission)) return admission;
  // 3. The route. No row, no route.
  auto match = router_.find(request);
  if (match.route == nullptr) {
    if (match.allow.empty()) {
      if (stray_) admission.refusal = stray_(request);
      if (!admission.refusal) admission.refusal = form_response(404, request);
    } else {
      admission.refusal = form_response(405, request);
      admission.refusal->set("Allow", match.allow);
    }
    return admission;
  }
  admission.route = match.route;
  admission.body_limit = match.route->body_limit;
  admission.deadline = match.route->deadline;
  // 4. The route's own tier, still before the body is read.
  if (tiers_ && match.route->rate == RateClass::sign_in) count(tiers_->sign_in, "sign-in", request, admission);
  if (tiers_ && match.route->rate == RateClass::registration) {
    count(tiers_->registration, "registration", request, admission);
  }
  return admission;
}

boost::asio::awaitable<Response> ApiService::handle(Request& request, const Admission& admission) {
  const auto began = clock_.steady_now();
  const auto trace = tracer_ != nullptr ? tracer_->start(request.trace, request.from_proxy) : nullptr;
  const telemetry::WorkingFor working(trace);
  // 5. The route's own tier once more, where several processes count together: that may wait, which admit() must not.
  HeaderList together;
  std::optional<Response> refusal;
  if (auto* const tier = shared_tier(admission.route->rate)) {
    refusal = co_await count_together(*tier, tier_name(admission.route->rate), request, together);
  }
  // 6. The handler: parses, authorises, works, answers. Failures become answers here, and only here.
  Response response = refusal ? std::move(*refusal) : co_await answer(request, *admission.route);
  // 7. What the caller should know of its limits, on good answers and bad.
  for (const auto& [name, value] : together.empty() ? admission.headers : together) response.set(name, value);
  // 8. Figures and, for whoever debugs, a line. The route's pattern, never the path: that may carry what is private.
  const auto took = clock_.steady_now() - began;
  auto& handles = *route_metrics_.at(admission.route);
  handles.by_class[std::min<std::size_t>(response.status / 100, 5)].increment();
  handles.latency.observe(took);
  logger_.debug("request",
                {{"method", request.method_text},
                 {"route", admission.route->path},
                 {"status", static_cast<std::int64_t>(response.status)},
                 {"micros", std::chrono::duration_cast<std::chrono::microseconds>(took).count()}},
                &request.trace);
  if (trace) tracer_->finish(*trace, method_name(admission.route->method), admission.route->path, response.status);
  co_return response;
}

boost::asio::awaitable<Response> ApiService::answer(Request& request, const Route& route) {
  try {
    co_return co_await route.handler(request);
  } catch (const base::Unavailable& reason) {
    co_return unavailable(request, route.path, reason.what(), reason.retry_after());
  } catch (const std::exception& failure) {
    logger_.error("request_failed", {{"route", route.path}, {"what", failure.what()}}, &request.trace);
    tell(request, 500, route.path, failure.what());
    co_return form_response(500, request);
  }
}

void ApiService::tell(const Request& request, unsigned status, std::string_view route, std::string_view detail) const {
  if (hear_) hear_({request.trace, status, route, form_of(status).slug, detail});
}

Response ApiService::unavailable(const Request& request, std::string_view route, const char* reason,
                                 std::chrono::seconds retry_after) {
  unavailable_counter(metrics_, reason).increment();
  logger_.warn("unavailable", {{"reason", reason}}, &request.trace);
  tell(request, 503, route, reason);
  return form_response(503, request, retry_after);
}

Response ApiService::refuse(unsigned status, const Request& request) {
  // A 503 from here is the request's deadline: the handler is still at it, and its own answer will find nobody.
  if (status == 503) {
    out_of_time_.increment();
    tell(request, status, "", "deadline");
  }
  return form_response(status, request, status == 503 ? std::chrono::seconds(1) : std::chrono::seconds(0));
}

bool ApiService::count(limits::RateLimiter& tier, std::string_view name, const Request& request, Admission& admission) {
  const auto decision = tier.take(base::KeyedHash{}(request.client.limit_key()));
  // The narrowest tier speaks for all: it is counted last.
  admission.headers = limit_headers(name, tier.rate(), decision);
  if (decision.allowed) return true;
  admission.refusal = limited(name, request, decision);
  for (const auto& [header, value] : admission.headers) admission.refusal->set(header, value);
  return false;
}

limits::SharedRateLimiter* ApiService::shared_tier(RateClass rate) const {
  if (!tiers_) return nullptr;
  if (rate == RateClass::sign_in) return tiers_->shared_sign_in;
  return rate == RateClass::registration ? tiers_->shared_registration : nullptr;
}

// Nothing when the request may go on.
boost::asio::awaitable<std::optional<Response>> ApiService::count_together(limits::SharedRateLimiter& tier,
                                                                           std::string_view name,
                                                                           const Request& request,
                                                                           HeaderList& headers) {
  const auto address = request.client.limit_key();
  const auto& bytes = address.bytes();
  const auto decision = co_await tier.take({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  headers = limit_headers(name, tier.rate(), decision);
  if (decision.allowed) co_return std::nullopt;
  co_return limited(name, request, decision);
}

Response ApiService::limited(std::string_view name, const Request& request, const limits::Decision& decision) {
  limited_counter(metrics_, name).increment();
  return form_response(429, request, std::max(decision.retry_after, std::chrono::seconds(1)));
}

}  // namespace gatehouse::http
