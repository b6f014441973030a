#include "platform/http/route.hpp"

#include <algorithm>
#include <cstdlib>

namespace gatehouse::http {
namespace {

constexpr std::string_view kMethodNames[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ""};

std::string_view next_segment(std::string_view& path) {
  const auto slash = path.find('/', 1);
  const auto segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
  return segment.substr(1);
}

// Fills the parameters; they are of use only when the whole path matched.
bool matches(std::string_view pattern, std::string_view path, Request& request) {
  request.parameter_count = 0;
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = next_segment(pattern);
    const auto given = next_segment(path);
    if (wanted.size() > 2 && wanted.front() == '{') {
      if (given.empty() || request.parameter_count == request.parameters.size()) return false;
      request.parameters[request.parameter_count++] = {wanted.substr(1, wanted.size() - 2), given};
    } else if (wanted != given) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const auto& route : routes_) {
    if (route.path.empty() || route.path.front() != '/' || !route.handler) std::abort();  // a row that can't be served
  }
}

Router::Match Router::find(Request& request) const {
  const Method wanted = request.method == Method::head ? Method::get : request.method;
  Match match;
  for (const auto& route : routes_) {
    if (!matches(route.path, request.path, request)) continue;
    if (route.method == wanted) {
      match.route = &route;
      return match;
    }
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += kMethodNames[static_cast<std::size_t>(route.method)];
    if (route.method == Method::get) match.allow += ", HEAD";
  }
  request.parameter_count = 0;
  return match;
}

}  // namespace gatehouse::http
