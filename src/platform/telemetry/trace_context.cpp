#include "platform/telemetry/trace_context.hpp"

#include <sys/random.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "platform/base/encoding.hpp"

namespace gatehouse::telemetry {

namespace {

// xoshiro256**, one a thread: identifiers of traces grant nothing, so they need no cryptographic generator, and a
// system call for each request would show.
class ThreadGenerator {
 public:
  ThreadGenerator() {
    do {
      if (getrandom(state_.data(), sizeof(state_), 0) != static_cast<ssize_t>(sizeof(state_))) std::abort();
    } while (state_ == std::array<std::uint64_t, 4>{});  // the one state it cannot leave
  }

  std::uint64_t next() noexcept {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

template <std::size_t kSize>
void fill_non_zero(std::array<std::uint8_t, kSize>& id) {
  thread_local ThreadGenerator generator;
  do {
    for (std::size_t i = 0; i < kSize; i += sizeof(std::uint64_t)) {
      const std::uint64_t word = generator.next();
      std::memcpy(id.data() + i, &word, sizeof(word));
    }
  } while (id == std::array<std::uint8_t, kSize>{});
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;  // upper case is not allowed (section 3.2.2.3)
  return -1;
}

// REQUIRES: text has two characters for each byte of `out`.
template <std::size_t kSize>
bool parse_hex(std::string_view text, std::array<std::uint8_t, kSize>& out) {
  for (std::size_t i = 0; i < kSize; ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

template <std::size_t kSize>
std::string to_hex(const std::array<std::uint8_t, kSize>& bytes) {
  return base::hex_encode({reinterpret_cast<const char*>(bytes.data()), kSize});
}

// `00-` trace-id (32) `-` parent-id (16) `-` flags (2). Other versions may look otherwise behind the flags and nobody
// sends them, so they start a trace of their own.
bool parse_traceparent(std::string_view text, TraceContext& out) {
  if (text.size() != 55 || text.substr(0, 3) != "00-" || text[35] != '-' || text[52] != '-') return false;
  std::array<std::uint8_t, 1> flags{};
  if (!parse_hex(text.substr(3, 32), out.trace_id) || !parse_hex(text.substr(36, 16), out.parent_id) ||
      !parse_hex(text.substr(53, 2), flags)) {
    return false;
  }
  const auto all_zero = [](const auto& id) { return std::all_of(id.begin(), id.end(), [](auto b) { return b == 0; }); };
  if (all_zero(out.trace_id) || all_zero(out.parent_id)) return false;
  out.sampled = (flags[0] & 1U) != 0;
  return true;
}

}  // namespace

TraceContext TraceContext::from_header(std::string_view traceparent) {
  TraceContext context;
  if (!parse_traceparent(traceparent, context)) {
    context.sampled = false;
    context.parent_id = {};
    fill_non_zero(context.trace_id);
  }
  fill_non_zero(context.span_id);
  return context;
}

std::array<std::uint8_t, 8> make_span_id() {
  std::array<std::uint8_t, 8> id{};
  fill_non_zero(id);
  return id;
}

std::string TraceContext::trace_id_hex() const { return to_hex(trace_id); }

std::string TraceContext::to_header() const {
  return "00-" + to_hex(trace_id) + "-" + to_hex(span_id) + (sampled ? "-01" : "-00");
}

}  // namespace gatehouse::telemetry
