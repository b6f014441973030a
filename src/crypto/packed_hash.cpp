#include "crypto/packed_hash.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>

#include "crypto/hash_text.hpp"

// The first byte says the form; none is ever given to another. Numbers are LEB128: seven bits a byte, the lowest first.
namespace gatehouse::crypto {
namespace {

constexpr char kText = 0;  // the text follows

// Forms of the kind `label number label number … $salt$hash`.
struct Form {
  char byte;
  std::array<std::string_view, 3> labels;  // what stands before each number; empty: no more numbers
  HashBase64 base64;
  bool salt_is_text = false;
};
constexpr std::array kForms{
    Form{1, {"$argon2id$v=19$m=", ",t=", ",p="}, HashBase64::standard},
    Form{2, {"$argon2i$v=19$m=", ",t=", ",p="}, HashBase64::standard},
    Form{6, {"$scrypt$ln=", ",r=", ",p="}, HashBase64::standard},
    Form{7, {"$pbkdf2-sha256$", "", ""}, HashBase64::adapted},
    Form{8, {"$pbkdf2-sha512$", "", ""}, HashBase64::adapted},
    Form{9, {"pbkdf2_sha256$", "", ""}, HashBase64::standard_padded, true},
};

// bcrypt: `$2b$NN$` and 53 characters of six bits each; the form says which letter.
constexpr std::array<std::pair<char, char>, 3> kBcryptForms{{{3, 'a'}, {4, 'b'}, {5, 'y'}}};
constexpr std::string_view kBcryptAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kBcryptTextBytes = 60;
constexpr std::size_t kBcryptDigits = 53;
constexpr std::size_t kBcryptPackedBytes = 2 + (kBcryptDigits * 6 + 7) / 8;

std::string as_text(std::string_view stored) { return std::string(1, kText).append(stored); }

void put_number(std::string& out, std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

std::optional<std::uint32_t> take_number(std::string_view& rest) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 35 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte >= 0x80) continue;
    if (value > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(value);
  }
  return std::nullopt;
}

std::optional<std::string> pack_form(const Form& form, std::string_view stored) {
  HashText rest(stored);
  std::string out(1, form.byte);
  for (const auto label : form.labels) {
    if (!label.empty()) put_number(out, rest.literal(label).number());
  }
  const auto salt_text = rest.literal("$").field();
  const auto salt = form.salt_is_text ? std::string(salt_text) : decode_hash_base64(salt_text, form.base64);
  const auto hash = decode_hash_base64(rest.last(), form.base64);
  if (rest.failed() || !salt || !hash || salt->size() > 255) return std::nullopt;
  out += static_cast<char>(salt->size());
  return out + *salt + *hash;
}

std::optional<std::string> unpack_form(const Form& form, std::string_view rest) {
  std::string out;
  for (const auto label : form.labels) {
    if (label.empty()) continue;
    const auto number = take_number(rest);
    if (!number) return std::nullopt;
    out.append(label).append(std::to_string(*number));
  }
  if (rest.empty()) return std::nullopt;
  const auto salt_bytes = static_cast<unsigned char>(rest.front());
  rest.remove_prefix(1);
  if (rest.size() < salt_bytes) return std::nullopt;
  const auto salt = rest.substr(0, salt_bytes);
  out.append("$").append(form.salt_is_text ? std::string(salt) : encode_hash_base64(salt, form.base64));
  return out.append("$").append(encode_hash_base64(rest.substr(salt_bytes), form.base64));
}

std::optional<std::string> pack_bcrypt(std::string_view stored) {
  const auto form = std::ranges::find_if(kBcryptForms, [&](const auto& one) { return one.second == stored[2]; });
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (form == kBcryptForms.end() || stored[3] != '$' || !digit(stored[4]) || !digit(stored[5]) || stored[6] != '$') {
    return std::nullopt;
  }
  std::string out{form->first, static_cast<char>((stored[4] - '0') * 10 + (stored[5] - '0'))};
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : stored.substr(7)) {
    const auto value = kBcryptAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xff);
  }
  return out += static_cast<char>(bits << (8 - held) & 0xff);
}

std::optional<std::string> unpack_bcrypt(char letter, std::string_view packed) {
  const auto cost = static_cast<unsigned char>(packed[1]);
  if (packed.size() != kBcryptPackedBytes || cost > 99) return std::nullopt;
  std::string out = std::string("$2") + letter + "$" + (cost < 10 ? "0" : "") + std::to_string(cost) + "$";
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char byte : packed.substr(2)) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (held += 8; held >= 6 && out.size() < kBcryptTextBytes; held -= 6) {
      out += kBcryptAlphabet[bits >> (held - 6) & 0x3f];
    }
  }
  return out;
}

}  // namespace

std::string pack_password_hash(std::string_view stored) {
  std::optional<std::string> packed;
  if (stored.size() == kBcryptTextBytes && stored.starts_with("$2")) {
    packed = pack_bcrypt(stored);
  } else {
    const auto form = std::ranges::find_if(kForms, [&](const Form& one) { return stored.starts_with(one.labels[0]); });
    if (form != kForms.end()) packed = pack_form(*form, stored);
  }
  // What would not come back letter by letter would no longer be the hash that an import brought.
  if (!packed || unpack_password_hash(*packed) != stored) return as_text(stored);
  return *packed;
}

std::optional<std::string> unpack_password_hash(std::string_view packed) {
  if (packed.empty()) return std::nullopt;
  const char byte = packed.front();
  if (byte == kText) return std::string(packed.substr(1));
  for (const auto& [form, letter] : kBcryptForms) {
    if (form == byte && packed.size() > 1) return unpack_bcrypt(letter, packed);
  }
  const auto form = std::ranges::find_if(kForms, [&](const Form& one) { return one.byte == byte; });
  return form == kForms.end() ? std::nullopt : unpack_form(*form, packed.substr(1));
}

}  // namespace gatehouse::crypto
