// The HTTP edge: head scanner, head parser and body reader. What they make of a stream must not depend on how it was
// cut into pieces, must stay inside the buffer, and a body must stay inside its limit.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "platform/http/body.hpp"
#include "platform/http/parser.hpp"

namespace {

namespace http = gatehouse::http;

constexpr std::size_t kBodyLimit = 4096;

void expect(bool holds) {
  if (!holds) std::abort();
}

bool inside(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

http::HeadScanner::Outcome scan_in_steps(std::string_view stream, std::size_t step) {
  http::HeadScanner scanner;
  for (std::size_t end = step; end < stream.size(); end += step) {
    const auto outcome = scanner.scan(stream.substr(0, end));
    if (outcome.head_size != 0 || outcome.refuse != 0) return outcome;
  }
  return scanner.scan(stream);
}

struct Body {
  std::string text;
  std::size_t used = 0;
  bool complete = false;
  unsigned refuse = 0;
};

Body read_in_steps(const http::Framing& framing, std::string_view stream, std::size_t step) {
  http::BodyReader reader(framing, kBodyLimit);
  Body body;
  for (std::size_t end = 0; !body.complete && body.refuse == 0;) {
    const auto outcome = reader.read(stream.substr(body.used, end - body.used), body.text);
    expect(body.used + outcome.used <= end && body.text.size() <= kBodyLimit);
    body.used += outcome.used;
    body.complete = outcome.complete;
    body.refuse = outcome.refuse;
    if (end == stream.size()) break;
    end = stream.size() - end < step ? stream.size() : end + step;
  }
  return body;
}

// A second opinion. What ours accepts, Boost.Beast accepts as well, and reads the same: a request that two parsers read
// in two ways is how one is smuggled past the other.
class SecondOpinion final : public boost::beast::http::basic_parser<true> {
 public:
  explicit SecondOpinion(const http::Request& ours) : ours_(ours) {
    skip(true);
    header_limit(http::kMaxHead + 1);
  }
  std::size_t fields = 0;

 private:
  using Error = boost::beast::error_code;
  using Text = boost::beast::string_view;
  static std::string_view view(Text text) { return {text.data(), text.size()}; }

  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version, Error&) override {
    expect(view(method) == ours_.method_text && view(target) == ours_.target);
    expect(static_cast<unsigned>(version) == ours_.version);
  }
  void on_field_impl(boost::beast::http::field, Text name, Text value, Error&) override {
    expect(fields < ours_.header_count);
    expect(view(name) == ours_.headers[fields].name && view(value) == ours_.headers[fields].value);
    ++fields;
  }
  void on_header_impl(Error&) override {}
  void on_response_impl(int, Text, int, Error&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, Error&) override {}
  std::size_t on_body_impl(Text, Error&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text, Error&) override { return 0; }
  void on_finish_impl(Error&) override {}

  const http::Request& ours_;
};

void expect_second_opinion(std::string_view head, const http::Request& request, const http::Framing& framing) {
  SecondOpinion beast(request);
  boost::beast::error_code error;
  const std::size_t used = beast.put(boost::asio::buffer(head.data(), head.size()), error);
  // It parses the options of Connection, which decide nothing here, and takes a list of them that is none for an error.
  if (error == boost::beast::http::error::bad_value &&
      request.count("connection") + request.count("proxy-connection") > 0)
    return;
  expect(!error && used == head.size() && beast.is_header_done() && beast.fields == request.header_count);
  expect(beast.chunked() == framing.chunked);
  expect(beast.content_length().value_or(0) == framing.content_length);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = 1 + data[0] % 64;
  const std::string_view stream(reinterpret_cast<const char*>(data + 1), size - 1);

  http::HeadScanner scanner;
  const auto whole = scanner.scan(stream);
  const auto pieces = scan_in_steps(stream, step);
  expect(whole.head_size == pieces.head_size);
  expect((whole.refuse != 0) == (pieces.refuse != 0));
  if (whole.head_size == 0) return 0;
  expect(whole.head_size <= stream.size() && whole.head_size <= http::kMaxHead);

  const auto head = stream.substr(0, whole.head_size);
  http::Request request;
  http::Framing framing;
  if (http::parse_head(head, request, framing)) return 0;
  expect(inside(request.target, head) && inside(request.path, head) && request.path.starts_with('/'));
  for (std::size_t i = 0; i < request.header_count; ++i) {
    expect(inside(request.headers[i].name, head) && inside(request.headers[i].value, head));
    expect(request.headers[i].value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
  }
  expect(!(framing.chunked && framing.content_length != 0));
  expect_second_opinion(head, request, framing);

  const auto rest = stream.substr(whole.head_size);
  const Body once = read_in_steps(framing, rest, rest.size() + 1);
  const Body cut = read_in_steps(framing, rest, step);
  expect(once.complete == cut.complete && (once.refuse != 0) == (cut.refuse != 0));
  if (once.complete) expect(once.text == cut.text && once.used == cut.used);
  return 0;
}
