#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

namespace gatehouse::http {

// Which rate tier a request counts against, besides `everything`, which counts every request of the API.
enum class RateClass { none, everything, sign_in, registration };

// Runs on the request's loop. Throws base::Unavailable for "could not decide".
using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;

// One row of the route table: the policy of a route stands where the route does. No row, no route.
struct Route {
  Method method = Method::get;
  std::string path;       // `/v1/sessions/{id}`
  std::string access;     // who may call: `public`, `signed_in` or a permission; what openapi.yaml is checked against
  std::string step_up{};  // what it asks of the sign-in besides: fresh, second_factor; empty: nothing
  RateClass rate = RateClass::everything;
  std::size_t body_limit = 0;  // bytes; 0: a body is refused
  std::chrono::milliseconds deadline{10'000};
  Handler handler;
};

// Finds the route of a request. Immutable after construction; thread-safe.
// A path is matched exactly as sent: no decoding, no case folding, no trailing slash: one resource, one name.
class Router {
 public:
  explicit Router(std::vector<Route> routes);

  struct Match {
    const Route* route = nullptr;  // nullptr: no such path, or no such method there
    std::string allow;             // for 405: the methods the path has; empty: 404
  };
  // Fills the request's path parameters. HEAD is served by GET's row.
  [[nodiscard]] Match find(Request& request) const;
  [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace gatehouse::http
