#include "app/admin_service.hpp"

#include <string>
#include <utility>

namespace gatehouse::app {
namespace {

http::Response text(unsigned status, std::string body, std::string type = "text/plain; charset=utf-8") {
  http::Response response;
  response.status = status;
  response.content_type = std::move(type);
  response.body = std::move(body);
  return response;
}

http::Route row(std::string path, http::Handler handler) {
  http::Route route;
  route.path = std::move(path);
  route.access = "public";
  route.rate = http::RateClass::none;
  route.handler = std::move(handler);
  return route;
}

}  // namespace

std::vector<http::Route> admin_routes(Readiness ready, const telemetry::Metrics& metrics) {
  std::vector<http::Route> routes;
  routes.push_back(
      row("/livez", [](http::Request&) -> boost::asio::awaitable<http::Response> { co_return text(200, "ok\n"); }));
  routes.push_back(row("/readyz", [ready = std::move(ready)](http::Request&) -> boost::asio::awaitable<http::Response> {
    co_return ready() ? text(200, "ready\n") : text(503, "not ready\n");
  }));
  routes.push_back(row("/metrics", [&metrics](http::Request&) -> boost::asio::awaitable<http::Response> {
    co_return text(200, metrics.render(), "text/plain; version=0.0.4; charset=utf-8");
  }));
  return routes;
}

}  // namespace gatehouse::app
