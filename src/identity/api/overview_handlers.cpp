#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <utility>

#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/query.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

double milliseconds_of(const Activity& activity, double part) {
  return std::chrono::duration<double, std::milli>(activity.percentile(part)).count();
}

boost::json::object bucket_view(const ActivityRow& bucket) {
  const auto& activity = bucket.activity;
  return {{"time", telemetry::to_rfc3339(bucket.slot)},
          {"signed_in", activity.signed_in},
          {"failed", activity.failed},
          {"blocked", activity.blocked},
          {"p50_ms", milliseconds_of(activity, 0.5)},
          {"p99_ms", milliseconds_of(activity, 0.99)}};
}

}  // namespace

Answer show_overview(const ApiContext& context, http::Request& request, const contract::Principal&) {
  const auto query = parse_query(request.query, {"span"});
  if (!query) co_return error_response(request, ApiError::invalid_request, {.fields = query.error()});
  const auto span = query->find("span");
  if (span != query->end() && span->second != "day" && span->second != "week") {
    co_return error_response(request, ApiError::invalid_request, {.fields = {{"span", "must be day or week"}}});
  }
  const bool week = span != query->end() && span->second == "week";
  const auto view = co_await context.overview.show(week ? OverviewSpan::week : OverviewSpan::day);
  boost::json::array buckets;
  for (const auto& bucket : view.buckets) buckets.push_back(bucket_view(bucket));
  co_return http::json_response(200, {{"accounts", view.accounts.count},
                                      {"sessions", view.sessions.count},
                                      {"blocked_addresses", view.blocked_addresses.count},
                                      {"count_limit", BoundedCount::kLimit},
                                      {"bucket_minutes", view.bucket.count()},
                                      {"buckets", std::move(buckets)}});
}

}  // namespace gatehouse::identity
