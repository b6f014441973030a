#include "feed/message.hpp"

#include <cstdlib>
#include <limits>
#include <utility>

#include "feed/rows.hpp"
#include "platform/base/encoding.hpp"

namespace gatehouse::feed {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kMagic = "GHF\x01";
constexpr std::size_t kHeadBytes = 4 + 1 + 16 + 16 + 7 * 8 + 16 + 4 + 4;
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kMaxAgeMs = std::uint64_t{1} << 50;  // more is nonsense, and would overflow a duration

void append_u32(std::string& out, std::size_t value) { out += base::encode_u64(value).substr(4); }

// Takes fields of a known size off the front. REQUIRES: they are there.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}

  std::string_view bytes(std::size_t size) {
    const auto field = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return field;
  }
  std::uint64_t u64() { return base::decode_u64(bytes(8)); }
  std::size_t u32() { return static_cast<std::size_t>(base::decode_u64(std::string(4, '\0') + std::string(bytes(4)))); }
  template <class Id>
  Id id() {
    return *Id::from_bytes(bytes(16));
  }

 private:
  std::string_view bytes_;
};

bool is_sound(const Message& message, std::uint64_t held, std::uint64_t age, std::uint64_t wall) {
  const bool known_carrier = message.carrier == Message::Carrier::answer || message.carrier == Message::Carrier::stream;
  return known_carrier && !message.instance.uuid().is_nil() && message.after <= message.to &&
         message.to <= message.head && message.row_count <= message.to - message.after && held <= kMaxAgeMs &&
         (age <= kMaxAgeMs || age == kNever) && wall <= kMaxAgeMs;
}

}  // namespace

std::string write_message(const Message& message, const ClusterKeys& keys) {
  if (message.row_count > Message::kMaxRows || message.bundle.size() > Message::kMaxBundleBytes) std::abort();
  std::string out;
  out.reserve(kHeadBytes + message.bundle.size() + message.rows.size() + ClusterKeys::kMacBytes);
  out += kMagic;
  out += static_cast<char>(message.carrier);
  out += message.instance.bytes();
  out += message.nonce.bytes();
  for (const std::uint64_t number :
       {message.beat, message.after, message.to, message.head, static_cast<std::uint64_t>(message.held.count()),
        message.confirmed_age ? static_cast<std::uint64_t>(message.confirmed_age->count()) : kNever,
        static_cast<std::uint64_t>(base::to_unix_ms(message.wall))}) {
    out += base::encode_u64(number);
  }
  out += message.bundle_version.bytes();
  append_u32(out, message.bundle.size());
  append_u32(out, message.row_count);
  out += message.bundle;
  out += message.rows;
  out += keys.message_mac(out);
  return out;
}

base::Result<ReceivedMessage, MessageError> read_message(std::string_view bytes, const ClusterKeys& keys) {
  if (bytes.size() < kHeadBytes + ClusterKeys::kMacBytes || bytes.size() > Message::kMaxBytes) return MessageError::cut;
  const auto body = bytes.substr(0, bytes.size() - ClusterKeys::kMacBytes);
  if (!base::equal_in_constant_time(keys.message_mac(body), bytes.substr(body.size()))) return MessageError::forged;
  if (!body.starts_with(kMagic)) return MessageError::malformed;

  Fields fields(body.substr(kMagic.size(), kHeadBytes - kMagic.size()));
  ReceivedMessage received;
  Message& message = received.message;
  message.carrier = static_cast<Message::Carrier>(fields.bytes(1).front());
  message.instance = fields.id<InstanceId>();
  message.nonce = fields.id<Nonce>();
  message.beat = fields.u64();
  message.after = fields.u64();
  message.to = fields.u64();
  message.head = fields.u64();
  const std::uint64_t held = fields.u64();
  const std::uint64_t age = fields.u64();
  const std::uint64_t wall = fields.u64();
  message.bundle_version = fields.id<BundleVersion>();
  const std::size_t bundle_bytes = fields.u32();
  message.row_count = fields.u32();
  if (!is_sound(message, held, age, wall)) return MessageError::malformed;
  if (bundle_bytes > Message::kMaxBundleBytes || message.row_count > Message::kMaxRows) return MessageError::malformed;
  if (body.size() - kHeadBytes < bundle_bytes) return MessageError::cut;

  message.held = milliseconds(held);
  message.wall = base::from_unix_ms(static_cast<std::int64_t>(wall));
  if (age != kNever) message.confirmed_age = milliseconds(age);
  message.bundle = body.substr(kHeadBytes, bundle_bytes);
  auto rows = read_rows(body.substr(kHeadBytes + bundle_bytes), message.row_count);
  if (!rows) return MessageError::malformed;
  received.rows = std::move(*rows);
  return received;
}

const char* to_string(MessageError error) {
  switch (error) {
    case MessageError::cut: return "cut";
    case MessageError::forged: return "forged";
    case MessageError::malformed: return "malformed";
  }
  return "unknown";
}

}  // namespace gatehouse::feed
