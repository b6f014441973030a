#include "platform/http/wire.hpp"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <string>

#include "platform/http/response.hpp"

namespace gatehouse::http {
namespace {

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string written(const Response& response, WireOptions options = {}) {
  options.date = kDate;
  std::string out;
  write_response(response, options, out);
  return out;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

TEST(Wire, an_answer_byte_by_byte) {
  Response response = json_response(200, boost::json::object{{"a", 1}});
  response.set("X-Y", "z");
  EXPECT_EQ(written(response),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Y: z\r\nCache-Control: no-store\r\n"
            "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
            "Cross-Origin-Resource-Policy: same-origin\r\n"
            "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nContent-Type: "
            "application/json\r\nContent-Length: 7\r\n\r\n"
            "{\"a\":1}");
}

TEST(Wire, every_answer_carries_what_keeps_it_from_being_rendered_framed_or_kept) {
  for (const unsigned status : {200U, 204U, 304U, 401U, 404U, 500U, 503U}) {
    const auto out = written(empty_response(status));
    for (const char* header :
         {"Cache-Control: no-store\r\n", "X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: no-referrer\r\n",
          "frame-ancestors 'none'\r\n", "Cross-Origin-Resource-Policy: same-origin\r\n"}) {
      EXPECT_TRUE(has(out, header)) << status << header;
    }
  }
}

TEST(Wire, a_documents_own_policy_is_the_only_one) {
  const auto out = written(empty_response(200).set("Content-Security-Policy", "script-src 'self'"));
  EXPECT_TRUE(has(out, "script-src 'self'"));
  EXPECT_FALSE(has(out, "default-src 'none'"));
}

TEST(Wire, a_handlers_own_cache_control_wins) {
  const auto out = written(empty_response(200).set("cache-control", "max-age=60"));
  EXPECT_TRUE(has(out, "max-age=60"));
  EXPECT_FALSE(has(out, "no-store"));
}

TEST(Wire, hsts_goes_over_tls_only) {
  EXPECT_FALSE(has(written(empty_response(200)), "Strict-Transport-Security"));
  for (const unsigned status : {200U, 204U, 303U, 401U, 404U, 500U, 503U}) {
    EXPECT_TRUE(has(written(empty_response(status), {.secure = true}),
                    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"))
        << status;
  }
}

TEST(Wire, head_has_the_headers_of_get_and_no_body) {
  const auto response = json_response(200, boost::json::object{{"a", 1}});
  const auto out = written(response, {.head_only = true});
  EXPECT_TRUE(has(out, "Content-Length: 7\r\n"));
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
}

// A body behind a 204 would be the first bytes of the next answer: response splitting by our own hand.
TEST(Wire, H01_204_and_304_never_carry_a_body) {
  for (const unsigned status : {204U, 304U}) {
    const auto out = written(json_response(status, boost::json::object{{"a", 1}}));
    EXPECT_TRUE(out.ends_with("\r\n\r\n")) << out;
    EXPECT_FALSE(has(out, "Content-Length"));
    EXPECT_FALSE(has(out, "\r\nContent-Type:"));
  }
}

TEST(Wire, says_whether_the_connection_stays) {
  EXPECT_FALSE(has(written(empty_response()), "Connection:"));
  EXPECT_TRUE(has(written(empty_response(), {.keep_alive = false}), "Connection: close\r\n"));
  EXPECT_TRUE(has(written(empty_response(), {.http_1_0 = true}), "Connection: keep-alive\r\n"));
  EXPECT_TRUE(has(written(empty_response(), {.keep_alive = false, .http_1_0 = true}), "Connection: close\r\n"));
}

TEST(Wire, a_status_it_does_not_know_becomes_the_first_of_its_class) {
  EXPECT_EQ(status_line(401), "HTTP/1.1 401 Unauthorized\r\n");
  EXPECT_EQ(status_line(303), "HTTP/1.1 303 See Other\r\n");
  EXPECT_EQ(status_line(299), "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(status_line(418), "HTTP/1.1 400 Bad Request\r\n");
  EXPECT_EQ(status_line(599), "HTTP/1.1 500 Internal Server Error\r\n");
  EXPECT_EQ(status_line(0), "HTTP/1.1 500 Internal Server Error\r\n");
  EXPECT_EQ(status_line(999), "HTTP/1.1 500 Internal Server Error\r\n");
}

TEST(Wire, dates_are_imf_fixdates) {
  DateCache dates;
  EXPECT_EQ(dates.at(784111777), kDate);
  EXPECT_EQ(dates.at(784111778), "Sun, 06 Nov 1994 08:49:38 GMT");
  EXPECT_EQ(dates.at(784111777), kDate);
}

TEST(ResponseDeathTest, a_header_value_with_a_line_break_never_leaves) {
  Response response;
  EXPECT_DEATH(response.set("X", "a\r\nSet-Cookie: b=c"), "");
  EXPECT_DEATH(response.set("X", "a\n"), "");
  EXPECT_DEATH(response.set("X", std::string("a\0b", 3)), "");
}

TEST(Problem, is_what_rfc_9457_says) {
  const auto response = problem_response({.status = 400,
                                          .slug = "invalid",
                                          .title = "It is \"wrong\".",
                                          .detail = "line\nbreak",
                                          .errors = {{"name", "is missing"}, {"word", "is long", "too_long", 64}},
                                          .retry_after = std::chrono::seconds(3)},
                                         "00ff");
  EXPECT_EQ(response.status, 400U);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const auto body = boost::json::parse(response.body).as_object();
  EXPECT_EQ(body.at("type"), "/problems/invalid");
  EXPECT_EQ(body.at("title"), "It is \"wrong\".");
  EXPECT_EQ(body.at("status"), 400);
  EXPECT_EQ(body.at("detail"), "line\nbreak");
  EXPECT_EQ(body.at("error_id"), "00ff");
  EXPECT_EQ(body.at("errors"), boost::json::parse(R"([
    {"field": "name", "code": "invalid", "message": "is missing"},
    {"field": "word", "code": "too_long", "message": "is long", "limit": 64}])"));
  EXPECT_EQ(response.headers, (std::vector<std::pair<std::string, std::string>>{{"Retry-After", "3"}}));
}

TEST(Problem, leaves_out_what_it_has_not) {
  const auto response = problem_response({.status = 404, .slug = "not-found", .title = "No."}, "0");
  EXPECT_EQ(response.body.find("detail"), std::string::npos);
  EXPECT_EQ(response.body.find("errors"), std::string::npos);
  EXPECT_TRUE(response.headers.empty());
}

}  // namespace
}  // namespace gatehouse::http
