#include "platform/http/response.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>

namespace gatehouse::http {

Response& Response::set(std::string name, std::string value) {
  // A value with a line break would be a second header: response splitting.
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) std::abort();
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

Response json_response(unsigned status, const boost::json::value& body) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = boost::json::serialize(body);
  return response;
}

Response empty_response(unsigned status) {
  Response response;
  response.status = status;
  return response;
}

Response problem_response(const Problem& problem, std::string_view error_id) {
  boost::json::object body{
      {"type", std::string("/problems/").append(problem.slug)}, {"title", problem.title}, {"status", problem.status}};
  if (!problem.detail.empty()) body["detail"] = problem.detail;
  body["error_id"] = error_id;
  if (!problem.errors.empty()) {
    boost::json::array errors;
    for (const auto& [field, message, code, limit] : problem.errors) {
      boost::json::object error{{"field", field}, {"code", code}, {"message", message}};
      if (limit > 0) error["limit"] = limit;
      errors.push_back(std::move(error));
    }
    body["errors"] = std::move(errors);
  }
  Response response = json_response(problem.status, body);
  response.content_type = "application/problem+json";
  response.problem = problem.slug;
  if (problem.retry_after.count() > 0) response.set("Retry-After", std::to_string(problem.retry_after.count()));
  return response;
}

}  // namespace gatehouse::http
