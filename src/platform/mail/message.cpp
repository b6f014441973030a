#include "platform/mail/message.hpp"

#include <algorithm>
#include <optional>

#include "platform/base/encoding.hpp"
#include "platform/mail/mime.hpp"

namespace gatehouse::mail {
namespace {

constexpr std::size_t kMaxAddressBytes = 254;
constexpr std::size_t kMaxNameBytes = 200;

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead == 0) return false;
    const std::size_t more = lead < 0x80   ? 0
                             : lead < 0xC2 ? 4
                             : lead < 0xE0 ? 1
                             : lead < 0xF0 ? 2
                             : lead < 0xF5 ? 3
                                           : 4;
    if (more == 4 || i + more >= text.size()) return false;
    for (std::size_t k = 1; k <= more; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0U) != 0x80U) return false;
    }
    const auto second = more > 0 ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
        (lead == 0xF4 && second > 0x8F)) {
      return false;
    }
    i += more + 1;
  }
  return true;
}

std::optional<MessageError> problem_of(const Message& message) {
  for (const auto* line : {&message.id, &message.from.address, &message.from.name, &message.to.address,
                           &message.to.name, &message.subject}) {
    if (!is_one_line(*line)) return MessageError::line_break;
    if (!is_utf8(*line)) return MessageError::not_utf8;
  }
  if (!is_utf8(message.text) || !is_utf8(message.html)) return MessageError::not_utf8;
  if (!is_plain_address(message.from.address) || !is_plain_address(message.to.address)) {
    return MessageError::bad_address;
  }
  const bool long_name = std::max(message.from.name.size(), message.to.name.size()) > kMaxNameBytes;
  if (long_name || message.subject.size() > kMaxSubjectBytes || message.id.size() > kMaxNameBytes ||
      std::max(message.text.size(), message.html.size()) > kMaxBodyBytes) {
    return MessageError::too_long;
  }
  return std::nullopt;
}

std::string mailbox(const Mailbox& box) {
  return box.name.empty() ? box.address : encode_phrase(box.name) + " <" + box.address + ">";
}

std::string part(std::string_view type, std::string_view body) {
  const bool plain = is_short_ascii(body);
  std::string out("Content-Type: text/");
  out.append(type).append("; charset=utf-8\r\nContent-Transfer-Encoding: ");
  out.append(plain ? "7bit" : "quoted-printable").append("\r\n\r\n");
  return out + (plain ? with_crlf(body) : quoted_printable(body));
}

}  // namespace

const char* to_string(MessageError error) {
  switch (error) {
    case MessageError::line_break: return "line_break";
    case MessageError::bad_address: return "bad_address";
    case MessageError::not_utf8: return "not_utf8";
    case MessageError::too_long: return "too_long";
  }
  return "unknown";
}

bool is_plain_address(std::string_view address) {
  constexpr std::string_view kSpecials = "()<>[]:;,\\\"% ";  // RFC 5322 `specials`, and what routes through servers
  const auto at = address.find('@');
  return is_one_line(address) && address.size() <= kMaxAddressBytes && at != std::string_view::npos && at != 0 &&
         at + 1 < address.size() && address.rfind('@') == at &&
         address.find_first_of(kSpecials) == std::string_view::npos && address.front() != '-';
}

base::Result<std::string, MessageError> build_message(const Message& message, base::TimePoint now,
                                                      base::Random& random) {
  if (const auto problem = problem_of(message)) return *problem;
  const std::string domain = message.from.address.substr(message.from.address.find('@') + 1);
  std::string out;
  const auto header = [&out](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
  };
  header("From", mailbox(message.from));
  header("To", mailbox(message.to));
  header("Subject", encode_words(message.subject));
  header("Date", rfc5322_date(now));
  header("Message-ID", "<" + message.id + "@" + domain + ">");
  header("Auto-Submitted", "auto-generated");
  header("X-Auto-Response-Suppress", "All");
  header("MIME-Version", "1.0");
  if (message.html.empty()) return out + part("plain", message.text);

  const std::string boundary = "=_" + base::hex_encode(random.bytes(16));  // `=_` stands in no quoted-printable
  header("Content-Type", "multipart/alternative;\r\n boundary=\"" + boundary + "\"");
  for (const auto& body : {part("plain", message.text), part("html", message.html)}) {
    out.append("\r\n--").append(boundary).append("\r\n").append(body);
  }
  return out.append("\r\n--").append(boundary).append("--\r\n");
}

}  // namespace gatehouse::mail
