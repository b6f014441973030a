#include "identity/defence/known_devices.hpp"

#include <algorithm>
#include <utility>

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kHalf = 16;            // bytes of the id, and of the MAC
constexpr std::size_t kMarkCharacters = 43;  // 32 bytes in base64url
constexpr std::size_t kMaxCookieCharacters = KnownDevices::kMost * (kMarkCharacters + 1);

}  // namespace

struct KnownDevices::Mark {
  std::string text;  // as it stands in the cookie
  std::string id;
  std::string mac;
};

std::vector<KnownDevices::Mark> KnownDevices::read(std::string_view cookie) {
  std::vector<Mark> marks;
  if (cookie.size() > kMaxCookieCharacters) return marks;
  while (!cookie.empty() && marks.size() < kMost) {
    const auto text = cookie.substr(0, cookie.find('.'));
    cookie.remove_prefix(std::min(cookie.size(), text.size() + 1));
    if (text.size() != kMarkCharacters) continue;
    const auto bytes = base::base64url_decode(text);
    if (bytes) marks.push_back({std::string(text), bytes->substr(0, kHalf), bytes->substr(kHalf)});
  }
  return marks;
}

std::string KnownDevices::mac(std::string_view id, std::string_view account) const {
  return crypto::hmac_sha256(key_, std::string(id).append(account)).substr(0, kHalf);
}

std::optional<std::string> KnownDevices::find(std::string_view cookie, std::string_view account) const {
  std::optional<std::string> found;
  for (auto& mark : read(cookie)) {
    if (base::equal_in_constant_time(mark.mac, mac(mark.id, account)) && !found) found = std::move(mark.id);
  }
  return found;
}

std::string KnownDevices::remember(std::string_view cookie, std::string_view account) const {
  const auto known = find(cookie, account);
  const std::string id = known ? *known : random_.bytes(kHalf);
  std::string out = base::base64url_encode(id + mac(id, account));
  std::size_t kept = 1;
  for (const auto& mark : read(cookie)) {
    if (kept == kMost) break;
    if (mark.id == id) continue;
    out.append(".").append(mark.text);
    ++kept;
  }
  return out;
}

}  // namespace gatehouse::identity
