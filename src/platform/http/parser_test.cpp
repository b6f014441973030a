#include "platform/http/parser.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace gatehouse::http {
namespace {

struct Parsed {
  unsigned refused = 0;
  std::size_t head_size = 0;
  Framing framing{};
  std::shared_ptr<const std::string> bytes;  // what the request's views point into
  std::shared_ptr<Request> request = std::make_shared<Request>();
};

// As the connection does: first the scanner, then the parser.
Parsed parse(std::string_view text) {
  Parsed result;
  result.bytes = std::make_shared<const std::string>(text);
  const std::string_view bytes = *result.bytes;
  HeadScanner scanner;
  const auto [head_size, refuse] = scanner.scan(bytes);
  result.refused = refuse;
  result.head_size = head_size;
  if (refuse != 0 || head_size == 0) return result;
  result.refused = parse_head(bytes.substr(0, head_size), *result.request, result.framing).value_or(0);
  return result;
}

std::string get_with(std::string_view headers) {
  return "GET /a HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n";
}

TEST(Parser, reads_a_request_into_views) {
  const std::string bytes =
      "POST /v1/x?a=b?c HTTP/1.1\r\nHost: example.com:8080\r\nX-Empty:\r\nContent-Length: 5\r\n\r\nhello";
  const auto parsed = parse(bytes);
  ASSERT_EQ(parsed.refused, 0U);
  EXPECT_EQ(parsed.head_size, bytes.size() - 5);
  const Request& request = *parsed.request;
  EXPECT_EQ(request.method, Method::post);
  EXPECT_EQ(request.method_text, "POST");
  EXPECT_EQ(request.target, "/v1/x?a=b?c");
  EXPECT_EQ(request.path, "/v1/x");
  EXPECT_EQ(request.query, "a=b?c");
  EXPECT_EQ(request.version, 11U);
  EXPECT_TRUE(request.keep_alive);
  EXPECT_EQ(request.header("host"), "example.com:8080");
  EXPECT_EQ(request.header("x-empty"), "");
  EXPECT_EQ(request.header("absent"), std::nullopt);
  EXPECT_EQ(parsed.framing.content_length, 5U);
  EXPECT_FALSE(parsed.framing.chunked);
}

TEST(Parser, knows_when_the_connection_stays) {
  struct Row {
    const char* head;
    bool keep_alive;
  };
  for (const auto& [head, keep_alive] :
       {Row{"GET / HTTP/1.1\r\nHost: h\r\n\r\n", true},
        Row{"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", false},
        Row{"GET / HTTP/1.1\r\nHost: h\r\nConnection: x, CLOSE\r\n\r\n", false}, Row{"GET / HTTP/1.0\r\n\r\n", false},
        Row{"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true}}) {
    const auto parsed = parse(head);
    ASSERT_EQ(parsed.refused, 0U) << head;
    EXPECT_EQ(parsed.request->keep_alive, keep_alive) << head;
  }
}

// H01: each of these has been read as one request by some program and as two by another.
TEST(Parser, H01_refuses_every_doubtful_framing) {
  for (const char* headers : {
           "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
           "Content-Length: 5\r\nContent-Length: 5\r\n",
           "Content-Length: 5\r\nContent-Length: 6\r\n",
           "Content-Length: +5\r\n",
           "Content-Length: -5\r\n",
           "Content-Length: -0\r\n",
           "Content-Length: 0x5\r\n",
           "Content-Length: 5,5\r\n",
           "Content-Length: 5, 5\r\n",
           "Content-Length: 5 \r\n",
           "Content-Length: 5\t\r\n",
           "Content-Length:  5\r\n",
           "Content-Length:\t5\r\n",
           "Content-Length: 05\r\n",
           "Content-Length: 00\r\n",
           "Content-Length: 5a\r\n",
           "Content-Length: 5 6\r\n",
           "Content-Length: 5.0\r\n",
           "Content-Length: 5e1\r\n",
           "Content-Length: 1_0\r\n",
           "Content-Length: \"5\"\r\n",
           "Content-Length:\r\n",
           "Content-Length: \r\n",
           "Content-Length: 18446744073709551616\r\n",
           "Content-Length: 99999999999999999999999\r\n",
           "Content-Length: \xd9\xa5\r\n",
           "Content-Length : 5\r\n",
           "Transfer-Encoding: xchunked\r\n",
           "Transfer-Encoding: chunkedx\r\n",
           "Transfer-Encoding:  chunked\r\n",
           "Transfer-Encoding:\tchunked\r\n",
           "Transfer-Encoding: chunked \r\n",
           "Transfer-Encoding: \x0b"
           "chunked\r\n",
           "Transfer-Encoding: chunked\x0b\r\n",
           "Transfer-Encoding: \x0c"
           "chunked\r\n",
           "Transfer-Encoding: chunked, identity\r\n",
           "Transfer-Encoding: identity, chunked\r\n",
           "Transfer-Encoding: identity\r\n",
           "Transfer-Encoding: gzip, chunked\r\n",
           "Transfer-Encoding: chunked, chunked\r\n",
           "Transfer-Encoding: chunked;q=1\r\n",
           "Transfer-Encoding: \"chunked\"\r\n",
           "Transfer-Encoding: ,chunked\r\n",
           "Transfer-Encoding: chunked,\r\n",
           "Transfer-Encoding:\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
           "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: \r\n chunked\r\n",
           "Transfer-Encoding:\r\n\tchunked\r\n",
           "Transfer-Encoding : chunked\r\n",
           " Transfer-Encoding: chunked\r\n",
           "X: y\r\n Transfer-Encoding: chunked\r\n",
           "X: y\nTransfer-Encoding: chunked\r\n",
           "X: y\rTransfer-Encoding: chunked\r\n",
           "Transfer\rEncoding: chunked\r\n",
       }) {
    EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n").refused, 400U) << headers;
  }
}

TEST(Parser, H01_http_1_0_has_no_chunks) {
  EXPECT_EQ(parse("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").refused, 400U);
}

TEST(Parser, H01_the_plain_framings_pass) {
  EXPECT_TRUE(parse(get_with("Transfer-Encoding: chunked\r\n")).framing.chunked);
  EXPECT_TRUE(parse(get_with("transfer-encoding:CHUNKED\r\n")).framing.chunked);
  EXPECT_EQ(parse(get_with("Content-Length:7\r\n")).framing.content_length, 7U);
  EXPECT_EQ(parse(get_with("Content-Length: 0\r\n")).framing.has_body(), false);
  // Larger than any body a route takes: that is for the route to say (413).
  const auto large = parse(get_with("Content-Length: 18446744073709551615\r\n"));
  EXPECT_EQ(large.refused, 0U);
  EXPECT_EQ(large.framing.content_length, 18446744073709551615ULL);
  EXPECT_EQ(parse(get_with("Content-Length: 10485760\r\n")).framing.content_length, 10485760U);
}

TEST(Parser, H03_refuses_malformed_heads) {
  for (const char* head : {
           "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nX: a\nY: b\r\n\r\n",
           "GET / HTTP/1.1\nHost: h\n\n",
           "GET / HTTP/1.1\r\nHost: h\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\n\n",
           "GET / HTTP/1.1\r\nHost: h\r\nX : b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nX\t: b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\n: b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nnocolon\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nX\xc3\xa4: b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nX(y): b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nX: a\x7f\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nX: a\x01\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n folded\r\n\r\n",
           "GET / HTTP/1.1\r\n Host: h\r\n\r\n",
           "GET / HTTP/1.32\r\nHost: h\r\n\r\n",
           "GET / HTTP/11\r\nHost: h\r\n\r\n",
           "GET / HTTP/1.1x\r\nHost: h\r\n\r\n",
           "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
           "GET / http/1.1\r\nHost: h\r\n\r\n",
           "GET / HTTP/1,1\r\nHost: h\r\n\r\n",
           "GET /\r\nHost: h\r\n\r\n",
           "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
           "GET /  HTTP/1.1\r\nHost: h\r\n\r\n",
           "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n",
           " GET / HTTP/1.1\r\nHost: h\r\n\r\n",
           "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
           "G@T / HTTP/1.1\r\nHost: h\r\n\r\n",
           "/ HTTP/1.1\r\nHost: h\r\n\r\n",
           "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
           "GET http://evil/ HTTP/1.1\r\nHost: h\r\n\r\n",
           "GET h/ HTTP/1.1\r\nHost: h\r\n\r\n",
           "GET * HTTP/1.1\r\nHost: h\r\n\r\n",
           "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
           "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n",
           "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n",
           "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
           "GET /a\x01 HTTP/1.1\r\nHost: h\r\n\r\n",
           "GET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\nHost:\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nhost: evil\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h, evil\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h evil\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h/evil\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a@evil\r\n\r\n",
           "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
       }) {
    EXPECT_EQ(parse(head).refused, 400U) << head;
  }
}

TEST(Parser, H03_refuses_nul_wherever_it_stands) {
  const std::string_view whole("GET /a HTTP/1.1\r\nHost: h\r\nX-Name: value\r\n\r\n");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string bytes(whole);
    bytes[i] = '\0';
    const auto parsed = parse(bytes);
    EXPECT_TRUE(parsed.refused == 400 || parsed.head_size == 0) << i;
  }
}

// Whatever the size of the blocks that the text is looked at in, and wherever in one the byte stands.
TEST(Parser, H03_one_forbidden_byte_is_found_wherever_it_stands) {
  constexpr std::size_t kLongest = 67;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool in_value = (byte >= 0x20 && byte != 0x7F) || byte == '\t';
    const bool in_target = byte > 0x20 && byte != 0x7F && byte != '#';
    for (std::size_t place = 0; place < kLongest; ++place) {
      std::string text(kLongest, 'a');
      text[place] = static_cast<char>(byte);
      const auto value = parse(get_with("X: " + text + "\r\n"));
      EXPECT_EQ(value.refused == 0 && value.head_size > 0, in_value) << byte << " in a value at " << place;
      const auto target = parse("GET /" + text + " HTTP/1.1\r\nHost: h\r\n\r\n");
      EXPECT_EQ(target.refused == 0 && target.head_size > 0, in_target) << byte << " in a target at " << place;
    }
  }
}

TEST(Parser, H03_another_version_is_505) {
  for (const char* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0"}) {
    EXPECT_EQ(parse("GET / " + std::string(version) + "\r\nHost: h\r\n\r\n").refused, 505U) << version;
  }
}

TEST(Parser, a_method_in_lower_case_is_another_method) {
  const auto parsed = parse("get / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(parsed.refused, 0U);
  EXPECT_EQ(parsed.request->method, Method::other);
  EXPECT_EQ(parse("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n").request->method, Method::other);
}

TEST(Parser, only_100_continue_can_be_expected) {
  EXPECT_EQ(parse(get_with("Expect: 100-Continue\r\n")).refused, 0U);
  EXPECT_EQ(parse(get_with("Expect: 200-ok\r\n")).refused, 417U);
}

TEST(Parser, H04_lines_heads_and_headers_have_limits) {
  const auto line = [](std::size_t size) {
    return "GET /" + std::string(size - std::string_view("GET / HTTP/1.1\r").size(), 'a') +
           " HTTP/1.1\r\nHost: h\r\n\r\n";
  };
  EXPECT_EQ(parse(line(kMaxLine)).refused, 0U);
  EXPECT_EQ(parse(line(kMaxLine + 1)).refused, 414U);
  EXPECT_EQ(parse(std::string(kMaxLine + 1, 'G')).refused, 414U) << "without waiting for the end of the line";
  EXPECT_EQ(parse(get_with("X: " + std::string(kMaxLine, 'x') + "\r\n")).refused, 431U);
  const std::string half = "X: " + std::string(7'000, 'x') + "\r\n";
  EXPECT_EQ(parse(get_with(half + half)).refused, 0U);
  EXPECT_EQ(parse(get_with(half + half + half)).refused, 431U);
  EXPECT_EQ(parse("GET / HTTP/1.1\r\nX: " + std::string(1 << 20, 'x')).refused, 431U);
}

TEST(Parser, H04_a_hundred_headers_and_no_more) {
  std::string headers;
  for (std::size_t i = 1; i < kMaxHeaders; ++i) headers += "X: y\r\n";
  const auto parsed = parse(get_with(headers));
  EXPECT_EQ(parsed.refused, 0U);
  EXPECT_EQ(parsed.request->header_count, kMaxHeaders);
  EXPECT_EQ(parsed.request->count("x"), kMaxHeaders - 1);
  EXPECT_EQ(parse(get_with(headers + "X: y\r\n")).refused, 431U);
}

// Whatever the network cuts the bytes into, the request is the same one.
TEST(HeadScanner, finds_the_same_byte_by_byte_as_at_once) {
  const std::vector<std::string> heads{
      get_with("X: y\r\n") + "behind",
      "GET / HTTP/1.1\r\nHost: h\n\r\n",
      "GET / HTTP/1.1\nHost: h\r\n\r\n",
      "\r\n\r\n",
      "\n",
      " GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n",
      "GET /" + std::string(kMaxLine, 'a'),
      get_with("X: " + std::string(kMaxLine, 'x') + "\r\n"),
      get_with("X: " + std::string(8'000, 'x') + "\r\nY: " + std::string(8'000, 'y') +
               "\r\nZ: " + std::string(900, 'z') + "\r\n"),
      get_with("X: " + std::string(8'000, 'x') + "\r\nY: " + std::string(8'000, 'y') + "\r\n"),
      "GET / HTTP/1.1\r\nHost",
      "",
  };
  for (const auto& bytes : heads) {
    HeadScanner whole;
    const auto expected = whole.scan(bytes);
    HeadScanner stepwise;
    HeadScanner::Outcome outcome;
    for (std::size_t size = 0; size <= bytes.size() && outcome.head_size == 0 && outcome.refuse == 0; ++size) {
      outcome = stepwise.scan(std::string_view(bytes).substr(0, size));
    }
    EXPECT_EQ(outcome.head_size, expected.head_size) << bytes.substr(0, 60);
    EXPECT_EQ(outcome.refuse, expected.refuse) << bytes.substr(0, 60);
  }
}

TEST(HeadScanner, starts_anew_after_reset) {
  HeadScanner scanner;
  const std::string bytes = get_with("");
  EXPECT_EQ(scanner.scan(bytes).head_size, bytes.size());
  scanner.reset();
  EXPECT_EQ(scanner.scan(bytes).head_size, bytes.size());
}

TEST(Request, compares_header_names_without_case_and_only_whole) {
  EXPECT_TRUE(iequals("X-AuTH", "x-auth"));
  EXPECT_FALSE(iequals("x-aut", "x-auth"));
  EXPECT_FALSE(iequals("x\rauth", "x-auth")) << "0x0D | 0x20 is a hyphen";
  EXPECT_FALSE(iequals("[", "{"));
}

}  // namespace
}  // namespace gatehouse::http
