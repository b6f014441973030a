#include "app/public_service.hpp"

#include <string>

namespace gatehouse::app {

http::Route gate_route() {
  http::Route route;
  route.method = http::Method::get;
  route.path = std::string(kGatePath);
  route.access = "public";
  route.rate = http::RateClass::none;
  route.handler = [](http::Request& request) -> boost::asio::awaitable<http::Response> {
    co_return http::problem_response({.status = 403,
                                      .slug = "forbidden",
                                      .title = "This is not permitted.",
                                      .detail = "A check has no body.",
                                      .errors = {},
                                      .retry_after = {}},
                                     request.trace.trace_id_hex());
  };
  return route;
}

}  // namespace gatehouse::app
