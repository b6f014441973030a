#include "identity/factor/ticket.hpp"

#include "crypto/mac.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::string_view kPrefix = "ghl_";
constexpr std::size_t kBodyBytes = TicketCodec::kIdBytes + 8;
constexpr std::size_t kMacBytes = TicketCodec::kBytes - kBodyBytes;

}  // namespace

// The body has a fixed length, so what comes behind it is in no doubt.
std::string TicketCodec::mac(TicketUse use, std::string_view bound_to, std::string_view body) const {
  std::string message(1, static_cast<char>(use));
  message.append(body).append(bound_to);
  return crypto::hmac_sha256(mac_key_, message).substr(0, kMacBytes);
}

TicketCodec::Made TicketCodec::make(TicketUse use, std::string_view bound_to, base::TimePoint expires_at,
                                    base::Random& random) const {
  Made made{.ticket = {.id = random.bytes(kIdBytes), .expires_at = expires_at}, .bytes = {}};
  made.bytes = made.ticket.id + base::encode_u64(static_cast<unsigned long long>(base::to_unix_ms(expires_at)));
  made.bytes += mac(use, bound_to, made.bytes);
  return made;
}

std::optional<TicketCodec::Ticket> TicketCodec::read(TicketUse use, std::string_view bound_to, std::string_view bytes,
                                                     base::TimePoint now) const {
  if (bytes.size() != kBytes) return std::nullopt;
  const auto body = bytes.substr(0, kBodyBytes);
  if (!base::equal_in_constant_time(mac(use, bound_to, body), bytes.substr(kBodyBytes))) return std::nullopt;
  const auto expires_at = base::from_unix_ms(static_cast<std::int64_t>(base::decode_u64(body.substr(kIdBytes))));
  if (expires_at <= now) return std::nullopt;
  return Ticket{.id = std::string(body.substr(0, kIdBytes)), .expires_at = expires_at};
}

base::Secret TicketCodec::to_text(std::string_view bytes) {
  return base::Secret(std::string(kPrefix) + base::base64url_encode(bytes));
}

std::optional<std::string> TicketCodec::from_text(std::string_view text) {
  if (!text.starts_with(kPrefix) || text.size() > 100) return std::nullopt;
  return base::base64url_decode(text.substr(kPrefix.size()));
}

}  // namespace gatehouse::identity
