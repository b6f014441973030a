#include "platform/mail/smtp_mailer.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "platform/http_client/curl_transfer.hpp"

namespace gatehouse::mail {
namespace {

// The command that the server answered last: libcurl has one error for a refused sender, recipient and content.
enum class Stage { opening, sender, recipient, content };

Stage stage_after(std::string_view command, Stage before) {
  if (command.starts_with("MAIL FROM")) return Stage::sender;
  if (command.starts_with("RCPT TO")) return Stage::recipient;
  if (command.starts_with("DATA")) return Stage::content;
  return before;
}

class Recipients {
 public:
  explicit Recipients(const std::string& address) : list_(curl_slist_append(nullptr, address.c_str())) {
    if (list_ == nullptr) std::abort();  // out of memory
  }
  ~Recipients() { curl_slist_free_all(list_); }
  Recipients(const Recipients&) = delete;
  Recipients& operator=(const Recipients&) = delete;
  [[nodiscard]] curl_slist* get() const noexcept { return list_; }

 private:
  curl_slist* list_;
};

Delivery judge(int outcome, Stage stage, long code) {
  if (outcome == CURLE_OK) return Delivery::accepted;
  if (code >= 400 && code < 500 && stage != Stage::opening) return Delivery::deferred;
  // A refused sender is our own configuration's affair, and every other message's, too.
  const bool about_this_one = stage == Stage::recipient || stage == Stage::content;
  return code >= 500 && about_this_one ? Delivery::refused : Delivery::unreachable;
}

}  // namespace

const char* to_string(Delivery delivery) {
  switch (delivery) {
    case Delivery::accepted: return "accepted";
    case Delivery::deferred: return "deferred";
    case Delivery::refused: return "refused";
    case Delivery::unreachable: return "unreachable";
    case Delivery::malformed: return "malformed";
    case Delivery::cancelled: return "cancelled";
  }
  return "unknown";
}

bool is_smtp_url(const base::Secret& url) {
  const std::string_view text = url.expose();
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  const auto name = text.substr(0, scheme);
  if (name != "smtp" && name != "smtps") return false;
  const auto rest = text.substr(scheme + 3);
  const auto host = rest.substr(rest.rfind('@') == std::string_view::npos ? 0 : rest.rfind('@') + 1);
  return !host.empty() && host.front() != ':' && host.find_first_of("/?#") == std::string_view::npos &&
         std::ranges::none_of(text, [](char c) { return c <= ' ' || c == '\x7f'; });
}

struct SmtpMailer::State {
  State(SmtpOptions given, const base::Clock& a_clock, base::Random& a_random)
      : options(std::move(given)), clock(a_clock), random(a_random) {}

  static std::size_t upload(char* out, std::size_t one, std::size_t count, void* self) {
    auto& state = *static_cast<State*>(self);
    const std::size_t size = std::min(one * count, state.left.size());
    std::memcpy(out, state.left.data(), size);
    state.left.remove_prefix(size);
    return size;
  }
  // Sees every command; looks at the verb alone, as others carry the password.
  static int watch(CURL* /*easy*/, curl_infotype type, char* data, std::size_t size, void* self) {
    auto& state = *static_cast<State*>(self);
    if (type == CURLINFO_HEADER_OUT) state.stage = stage_after({data, size}, state.stage);
    return 0;
  }

  void prepare(const Message& message, const std::string& sender, const Recipients& recipients);

  const SmtpOptions options;
  const base::Clock& clock;
  base::Random& random;
  http_client::CurlTransfer transfer;
  std::string_view left;  // of the message under way
  Stage stage = Stage::opening;
};

void SmtpMailer::State::prepare(const Message& message, const std::string& sender, const Recipients& recipients) {
  transfer.reset();
  CURL* const easy = transfer.easy();
  // The path is the name we give at EHLO: our domain, not this machine's name.
  const std::string domain = message.from.address.substr(message.from.address.find('@') + 1);
  std::string url(options.url.expose());
  url.append("/").append(domain);
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  base::wipe(url);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // what the environment says must not divert letters
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_USE_SSL, static_cast<long>(options.allow_plaintext ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(options.timeout.count() / 1000 + 1));
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, &State::upload);
  curl_easy_setopt(easy, CURLOPT_READDATA, this);
  curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);  // or there is nothing to watch; watch() prints nothing
  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, &State::watch);
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, this);
}

SmtpMailer::SmtpMailer(SmtpOptions options, const base::Clock& clock, base::Random& random)
    : state_(std::make_unique<State>(std::move(options), clock, random)) {}
SmtpMailer::~SmtpMailer() = default;

Delivery SmtpMailer::send(const Message& message) {
  State& state = *state_;
  const auto bytes = build_message(message, state.clock.now(), state.random);
  if (!bytes) return Delivery::malformed;
  const std::string sender = "<" + message.from.address + ">";
  const Recipients recipients("<" + message.to.address + ">");
  state.left = *bytes;
  state.stage = Stage::opening;
  state.prepare(message, sender, recipients);
  const int outcome = state.transfer.perform();
  if (state.transfer.cancelled()) return Delivery::cancelled;
  long code = 0;
  curl_easy_getinfo(state.transfer.easy(), CURLINFO_RESPONSE_CODE, &code);
  // Lost or silent: nobody knows. Better a second letter than none.
  if (outcome == CURLE_OPERATION_TIMEDOUT || outcome == CURLE_RECV_ERROR) return Delivery::unreachable;
  return judge(outcome, state.stage, code);
}

void SmtpMailer::cancel() { state_->transfer.cancel(); }

}  // namespace gatehouse::mail
