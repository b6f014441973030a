#include "platform/http/route.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace gatehouse::http {
namespace {

Route row(Method method, std::string path) {
  Route route;
  route.method = method;
  route.path = std::move(path);
  route.handler = [](Request&) -> boost::asio::awaitable<Response> { co_return empty_response(); };
  return route;
}

std::vector<Route> rows() {
  std::vector<Route> all;
  all.push_back(row(Method::get, "/"));
  all.push_back(row(Method::post, "/login"));
  all.push_back(row(Method::get, "/v1/sessions"));
  all.push_back(row(Method::delete_, "/v1/sessions/{id}"));
  all.push_back(row(Method::get, "/v1/sessions/{id}"));
  all.push_back(row(Method::get, "/v1/{kind}/{id}/parts/{part}"));
  return all;
}

class RouterTest : public testing::Test {
 protected:
  Router::Match find(Method method, std::string_view path) {
    request->method = method;
    request->path = path;
    return router.find(*request);
  }
  std::string found(Method method, std::string_view path) {
    const auto match = find(method, path);
    return match.route != nullptr ? match.route->path : match.allow.empty() ? "404" : "405";
  }

  Router router{rows()};
  std::unique_ptr<Request> request = std::make_unique<Request>();
};

TEST_F(RouterTest, finds_rows_and_their_parameters) {
  EXPECT_EQ(found(Method::get, "/"), "/");
  EXPECT_EQ(found(Method::get, "/v1/sessions"), "/v1/sessions");
  EXPECT_EQ(found(Method::get, "/v1/sessions/42"), "/v1/sessions/{id}");
  EXPECT_EQ(request->parameter("id"), "42");
  EXPECT_EQ(request->parameter("other"), "");
  EXPECT_EQ(found(Method::get, "/v1/a/b/parts/c"), "/v1/{kind}/{id}/parts/{part}");
  EXPECT_EQ(request->parameter("kind"), "a");
  EXPECT_EQ(request->parameter("part"), "c");
}

TEST_F(RouterTest, what_is_not_found_leaves_no_parameters) {
  EXPECT_EQ(found(Method::get, "/v1/sessions/42/x"), "404");
  EXPECT_EQ(request->parameter_count, 0U);
  EXPECT_EQ(found(Method::put, "/v1/sessions/42"), "405");
  EXPECT_EQ(request->parameter_count, 0U);
}

TEST_F(RouterTest, head_is_served_by_get) {
  EXPECT_EQ(found(Method::head, "/v1/sessions"), "/v1/sessions");
  EXPECT_EQ(found(Method::head, "/login"), "405");
}

TEST_F(RouterTest, another_method_is_405_and_told_what_would_do) {
  EXPECT_EQ(find(Method::put, "/v1/sessions/42").allow, "DELETE, GET, HEAD");
  EXPECT_EQ(find(Method::get, "/login").allow, "POST");
  EXPECT_EQ(found(Method::options, "/login"), "405");
}

// G13: TRACE, CONNECT, PROPFIND and the like have no row anywhere.
TEST_F(RouterTest, G13_unknown_methods_find_nothing) {
  EXPECT_EQ(found(Method::other, "/login"), "405");
  EXPECT_EQ(found(Method::other, "/nowhere"), "404");
}

// G11: an alias would be a second name for what is limited by the first.
TEST_F(RouterTest, G11_a_resource_has_one_name) {
  for (const char* alias : {"/login/", "//login", "/LOGIN", "/Login", "/login;x=1", "/login%20", "/%6cogin", "/./login",
                            "/x/../login", "/login//", "/login.", "/login\\", "login", "", "/login%2f", "/login/."}) {
    EXPECT_EQ(found(Method::post, alias), "404") << alias;
  }
}

TEST_F(RouterTest, a_parameter_is_one_segment_that_is_not_empty) {
  for (const char* path : {"/v1/sessions/", "/v1/sessions//", "/v1//x", "/v1/sessions/a/b"}) {
    EXPECT_EQ(found(Method::get, path), "404") << path;
  }
  EXPECT_EQ(found(Method::get, "/v1/sessions/..%2f"), "/v1/sessions/{id}");
  EXPECT_EQ(request->parameter("id"), "..%2f") << "as sent: nothing is decoded behind the handler's back";
}

TEST(RouterDeathTest, a_row_that_cannot_be_served_ends_the_start) {
  EXPECT_DEATH(
      {
        std::vector<Route> bad;
        bad.push_back(row(Method::get, "no-slash"));
        Router router(std::move(bad));
      },
      "");
}

}  // namespace
}  // namespace gatehouse::http
