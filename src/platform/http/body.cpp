#include "platform/http/body.hpp"

#include <algorithm>
#include <charconv>

namespace gatehouse::http {

BodyReader::Outcome BodyReader::read(std::string_view input, std::string& body) {
  return framing_.chunked ? read_chunked(input, body) : read_fixed(input, body);
}

BodyReader::Outcome BodyReader::read_fixed(std::string_view input, std::string& body) const {
  if (framing_.content_length > limit_) return {0, false, 413};
  const std::size_t missing = static_cast<std::size_t>(framing_.content_length) - body.size();
  const std::size_t take = std::min(missing, input.size());
  body.append(input.substr(0, take));
  return {take, take == missing, 0};
}

BodyReader::Outcome BodyReader::read_chunked(std::string_view input, std::string& body) {
  Outcome outcome;
  while (outcome.refuse == 0 && !outcome.complete && step(input, outcome, body)) {
  }
  return outcome;
}

bool BodyReader::step(std::string_view input, Outcome& outcome, std::string& body) {
  const std::string_view rest = input.substr(outcome.used);
  switch (state_) {
    case State::size: return read_size_line(rest, outcome, body.size());
    case State::data: {
      const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, rest.size()));
      body.append(rest.substr(0, take));
      outcome.used += take;
      chunk_left_ -= take;
      if (chunk_left_ > 0) return false;
      state_ = State::data_end;
      return true;
    }
    case State::data_end:
      if (!read_crlf(rest, outcome)) return false;
      state_ = State::size;
      return true;
    case State::last_end:
      if (!read_crlf(rest, outcome)) return false;
      outcome.complete = true;
      return true;
  }
  return false;
}

bool BodyReader::read_size_line(std::string_view rest, Outcome& outcome, std::size_t held) {
  constexpr std::size_t kMaxDigits = 8;
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) {
    if (rest.size() > kMaxDigits + 1) outcome.refuse = 400;
    return false;
  }
  std::uint64_t size = 0;
  const std::string_view line = rest.substr(0, end);
  const bool terminated = !line.empty() && line.back() == '\r';
  const std::string_view digits = terminated ? line.substr(0, line.size() - 1) : line;
  const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (!terminated || digits.size() > kMaxDigits || failed != std::errc{} || stop != digits.data() + digits.size()) {
    outcome.refuse = 400;
    return false;
  }
  if (size > limit_ - held) {
    outcome.refuse = 413;
    return false;
  }
  outcome.used += end + 1;
  chunk_left_ = size;
  state_ = size == 0 ? State::last_end : State::data;
  return true;
}

bool BodyReader::read_crlf(std::string_view rest, Outcome& outcome) {
  constexpr std::string_view kCrlf = "\r\n";
  const std::size_t seen = std::min(rest.size(), kCrlf.size());
  if (rest.substr(0, seen) != kCrlf.substr(0, seen)) {
    outcome.refuse = 400;
    return false;
  }
  if (seen < kCrlf.size()) return false;
  outcome.used += kCrlf.size();
  return true;
}

}  // namespace gatehouse::http
