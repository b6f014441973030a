#include "crypto/hash_text.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kMaxStoredBytes = 512;
constexpr std::size_t kMaxBase64 = 256;

int variant_of(HashBase64 form) {
  return form == HashBase64::standard_padded ? sodium_base64_VARIANT_ORIGINAL
                                             : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
}

}  // namespace

HashText::HashText(std::string_view stored) : rest_(stored), failed_(stored.size() > kMaxStoredBytes) {}

HashText& HashText::literal(std::string_view expected) {
  failed_ = failed_ || !rest_.starts_with(expected);
  if (!failed_) rest_.remove_prefix(expected.size());
  return *this;
}

std::uint32_t HashText::number() {
  std::uint32_t value = 0;
  if (failed_) return 0;
  const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
  failed_ = error != std::errc() || rest_.front() == '0';
  if (failed_) return 0;
  rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
  return value;
}

std::string_view HashText::field() {
  const auto end = rest_.find('$');
  failed_ = failed_ || end == std::string_view::npos;
  if (failed_) return {};
  const auto field = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return field;
}

std::string_view HashText::last() { return failed_ ? std::string_view() : std::exchange(rest_, {}); }

std::optional<std::string> decode_hash_base64(std::string_view text, HashBase64 form) {
  if (text.size() > kMaxBase64) return std::nullopt;
  std::string standard(text);
  if (form == HashBase64::adapted) {
    if (text.find('+') != std::string_view::npos) return std::nullopt;
    std::replace(standard.begin(), standard.end(), '.', '+');
  }
  std::array<unsigned char, kMaxBase64> out{};
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(out.data(), out.size(), standard.data(), standard.size(), nullptr, &size, &end,
                        variant_of(form)) != 0 ||
      end != standard.data() + standard.size()) {
    return std::nullopt;
  }
  return std::string(reinterpret_cast<const char*>(out.data()), size);
}

std::string encode_hash_base64(std::string_view bytes, HashBase64 form) {
  const int variant = variant_of(form);
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    variant);
  out.pop_back();  // the NUL
  if (form == HashBase64::adapted) std::replace(out.begin(), out.end(), '+', '.');
  return out;
}

}  // namespace gatehouse::crypto
