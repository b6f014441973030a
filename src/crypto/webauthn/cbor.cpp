#include "crypto/webauthn/cbor.hpp"

namespace gatehouse::crypto::webauthn {
namespace {

constexpr int kDeepest = 4;  // CTAP2 section 8

enum Major : unsigned { kUnsigned = 0, kNegative = 1, kBytes = 2, kText = 3, kArray = 4, kMap = 5, kTag = 6 };

}  // namespace

std::optional<CborReader::Head> CborReader::head() {
  if (rest_.empty()) return fail();
  const auto first = static_cast<unsigned char>(rest_.front());
  rest_.remove_prefix(1);
  Head head{.type = static_cast<unsigned>(first) >> 5U, .argument = first & 31U};
  if (head.argument < 24) return head;
  if (head.argument > 27) return fail();  // reserved, or an indefinite length
  const std::size_t size = std::size_t{1} << (head.argument - 24);
  if (rest_.size() < size) return fail();
  head.argument = 0;
  for (const char c : rest_.substr(0, size)) head.argument = (head.argument << 8U) | static_cast<unsigned char>(c);
  rest_.remove_prefix(size);
  return head;
}

std::optional<std::int64_t> CborReader::integer() {
  const auto found = head();
  if (!found || found->type > kNegative || found->argument > static_cast<std::uint64_t>(INT64_MAX)) return fail();
  const auto value = static_cast<std::int64_t>(found->argument);
  return found->type == kUnsigned ? value : -1 - value;
}

std::optional<std::string_view> CborReader::string_of(unsigned type) {
  const auto found = head();
  if (!found || found->type != type || found->argument > rest_.size()) return fail();
  const auto size = static_cast<std::size_t>(found->argument);
  const auto value = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return value;
}

std::optional<std::string_view> CborReader::bytes() { return string_of(kBytes); }
std::optional<std::string_view> CborReader::text() { return string_of(kText); }

std::optional<std::size_t> CborReader::map() {
  const auto found = head();
  // Each pair takes two bytes at least.
  if (!found || found->type != kMap || found->argument > rest_.size() / 2) return fail();
  return static_cast<std::size_t>(found->argument);
}

bool CborReader::skip(int inside) {
  const auto found = head();
  if (!found) return false;
  switch (found->type) {
    case kBytes:
    case kText:
      if (found->argument > rest_.size()) return fail(), false;
      rest_.remove_prefix(static_cast<std::size_t>(found->argument));
      return true;
    case kArray:
    case kMap: {
      const std::uint64_t each = found->type == kMap ? 2 : 1;
      if (inside == kDeepest || found->argument > rest_.size() / each) return fail(), false;
      for (std::uint64_t i = 0; i < found->argument * each; ++i) {
        if (!skip(inside + 1)) return false;
      }
      return true;
    }
    case kTag: return fail(), false;  // CTAP2 has none
    default: return true;             // an integer, or a simple value: the head was all of it
  }
}

}  // namespace gatehouse::crypto::webauthn
