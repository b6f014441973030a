#include "gate/gate.hpp"

#include <algorithm>
#include <utility>

#include "gate/credential.hpp"
#include "platform/base/encoding.hpp"
#include "platform/base/keyed_hash.hpp"
#include "platform/http/response.hpp"

namespace gatehouse::gate {
namespace {

// An anonymous caller on a public path: the headers are there and empty, so that no copy of the client's can pass.
constexpr std::string_view kNobody = "X-Auth-Subject: \r\nX-Auth-Session: \r\nX-Auth-Roles: \r\nX-Auth-Scope: \r\n";

constexpr std::size_t kLongestWayBack = 2048;  // bytes, encoded

// A page that a person waits for, not a fetch (Fetch Metadata): only that may be sent to a sign-in page.
bool is_navigation(const http::Request& request) {
  return request.header("sec-fetch-mode") == "navigate" && request.header("sec-fetch-dest") == "document";
}

// What a client may know of a refusal: which of the answers it is, never why.
struct Answer {
  unsigned status;
  const char* body;
};
Answer answer_to(Reason reason) {
  switch (reason) {
    case Reason::feed_stale:
      return {503, R"({"type":"/problems/unavailable","title":"The service can't decide this now.","status":503})"};
    case Reason::too_many_bad:
      return {429, R"({"type":"/problems/rate-limited","title":"Too many requests.","status":429})"};
    case Reason::not_permitted:
    case Reason::denied_by_rule:
    case Reason::bad_request:
    case Reason::untrusted_proxy:
      return {403, R"({"type":"/problems/forbidden","title":"This is not permitted.","status":403})"};
    default: return {401, R"({"type":"/problems/unauthenticated","title":"A valid sign-in is needed.","status":401})"};
  }
}

std::string challenge(Reason reason, const Rule* rule) {
  if (reason == Reason::no_credential) return "Bearer realm=\"gatehouse\"";
  if (reason != Reason::stale_sign_in) return "Bearer realm=\"gatehouse\", error=\"invalid_token\"";
  // RFC 9470: which sign-in would do.
  std::string text = "Bearer realm=\"gatehouse\", error=\"insufficient_user_authentication\"";
  if (rule != nullptr && rule->assurance > contract::Assurance::one_factor) {
    text.append(", acr_values=\"").append(contract::acr_of(rule->assurance)).append("\"");
  }
  if (rule != nullptr && rule->max_age) text += ", max_age=" + std::to_string(rule->max_age->count());
  return text;
}

}  // namespace

Gate::Gate(const GateOptions& options, const Policy& policy, const base::Clock& clock, Counters& counters)
    : options_(options),
      policy_(policy),
      clock_(clock),
      counters_(counters),
      verifier_(options.verifier, clock),
      bad_tokens_(options.bad_tokens, clock, std::size_t{1} << 12) {}

void Gate::check(const http::Request& request, const http::WireOptions& wire, std::string& out) {
  const Verdict verdict = judge(request);
  counters_.increment(request.loop, verdict.reason);
  if (verdict.reason != Reason::allowed && verdict.reason != Reason::allowed_public) {
    return refuse(request, wire, verdict, out);
  }
  // The answer nearly every check gets: put together from pieces that are ready.
  out.append("HTTP/1.1 200 OK\r\nDate: ").append(wire.date);
  out.append(wire.keep_alive ? (wire.http_1_0 ? "\r\nConnection: keep-alive" : "") : "\r\nConnection: close");
  // The decision is said in so many words: auth_request takes any 2xx for a yes, whoever it comes from.
  out.append("\r\nCache-Control: no-store\r\nX-Auth-Decision: allow\r\n");
  out.append(verdict.token != nullptr ? std::string_view(verdict.token->headers) : kNobody);
  out.append("Content-Length: 0\r\n\r\n");
}

Gate::Verdict Gate::judge(const http::Request& request) {
  if (!options_.proxies.contains(request.peer)) {
    original_ = {};
    return {Reason::untrusted_proxy};
  }
  const auto original = read_original(request, options_.headers, scratch_);
  original_ = original ? *original : OriginalRequest{};
  // Without rules nothing depends on what was asked for; with rules, what can't be read can't be let through.
  if (!original && (original.error() != OriginalError::missing || !policy_.is_uniform())) {
    return {Reason::bad_request};
  }
  const Rule& rule = policy_.rule_for(original_);
  if (rule.access == Access::nobody) return {Reason::denied_by_rule, nullptr, &rule};
  const Verdict verdict = judge_token(request, rule);
  if (rule.access == Access::everyone && verdict.reason != Reason::allowed) return {Reason::allowed_public};
  return verdict;
}

Gate::Verdict Gate::judge_token(const http::Request& request, const Rule& rule) {
  const auto token = extract_token(request);
  if (!token) return {token.error()};
  const auto now = clock_.now();
  const auto verified = verify_limited(*token, request.client, now);
  if (!verified) return {verified.error()};
  if (rule.access == Access::everyone) return {Reason::allowed, *verified, &rule};
  return {Policy::decide(rule, *(*verified)->principal, verifier_.roles(), now), *verified, &rule};
}

base::Result<const CachedToken*, Reason> Gate::verify_limited(std::string_view token, const base::IpAddress& client,
                                                              base::TimePoint now) {
  if (CachedToken* const known = verifier_.recall(token)) return verifier_.recheck(*known, now);
  // A signature check costs ten times what all the rest does: nobody gets many for tokens that turn out bad.
  const auto key = base::KeyedHash{}(client.limit_key());
  if (bad_tokens_.is_exhausted(key)) return Reason::too_many_bad;
  const auto verified = verifier_.verify_anew(token, now);
  if (!verified && verified.error() == Reason::bad_token) (void)bad_tokens_.take(key);
  return verified;
}

// Neither path nor token: the one may hold personal data, the other is a credential.
void Gate::note_refusal(const Verdict& verdict) noexcept {
  refusals_.note({.account = verdict.token != nullptr ? std::optional(verdict.token->principal->account) : std::nullopt,
                  .reason = verdict.reason,
                  .rule = verdict.rule != nullptr ? policy_.number_of(*verdict.rule) : 0,
                  .method = method_name(original_.method)});
}

void Gate::refuse(const http::Request& request, const http::WireOptions& wire, const Verdict& verdict,
                  std::string& out) {
  if (is_kept(verdict.reason)) note_refusal(verdict);
  const Answer answer = answer_to(verdict.reason);
  http::Response response;
  response.status = answer.status;
  response.content_type = "application/problem+json";
  response.body = answer.body;
  if (answer.status == 401) {
    response.set("WWW-Authenticate", challenge(verdict.reason, verdict.rule));
    if (!options_.sign_in_url.empty() && is_navigation(request)) {
      std::string where = options_.sign_in_url;
      where += where.find('?') == std::string::npos ? "?return_to=" : "&return_to=";
      const auto way_back = where.size();
      // `//host/` would be another site's address to a browser that is sent back there.
      base::percent_encode(original_.target.starts_with("//") ? "/" : original_.target, where, "/");
      if (where.size() - way_back > kLongestWayBack) where.replace(way_back, std::string::npos, "/");
      response.set("X-Auth-Sign-In", std::move(where));
    }
  }
  if (answer.status == 429 || answer.status == 503) response.set("Retry-After", "1");
  http::write_response(response, wire, out);
}

}  // namespace gatehouse::gate
