#include "app/gate_role.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace gatehouse::app {
namespace {

gate::Access access_of(GateAccess access) {
  switch (access) {
    case GateAccess::public_: return gate::Access::everyone;
    case GateAccess::deny: return gate::Access::nobody;
    case GateAccess::signed_in: break;
  }
  return gate::Access::signed_in;
}

gate::ProxyHeaders headers_of(GateHeaders headers) {
  switch (headers) {
    case GateHeaders::original: return gate::ProxyHeaders::original;
    case GateHeaders::forwarded: return gate::ProxyHeaders::forwarded;
    case GateHeaders::either: break;
  }
  return gate::ProxyHeaders::either;
}

}  // namespace

gate::GateOptions gate_options(const Settings& settings) {
  gate::GateOptions options;
  options.verifier.expected.issuer = settings.token.issuer;
  options.verifier.expected.audience = settings.token.audience;
  options.verifier.expected.leeway = settings.token.leeway;
  options.verifier.max_staleness = settings.gate.max_staleness;
  options.verifier.cache_entries = settings.gate.token_cache_entries;
  options.headers = headers_of(settings.gate.headers);
  options.sign_in_url = settings.gate.sign_in_url;
  options.proxies = http::TrustedProxies(settings.server.trusted_networks);
  options.bad_tokens = settings.limit.bad_token;
  return options;
}

gate::Policy gate_policy(const Settings& settings) {
  std::vector<gate::Rule> rules;
  for (const auto& rule : settings.gate.rules) {
    rules.push_back(
        {.host = rule.host,
         .path = rule.path,
         .methods = rule.methods,
         .access = access_of(rule.require),
         .roles = rule.roles,
         .permissions = rule.permissions,
         .scopes = rule.scopes,
         .max_age = rule.max_age,
         .assurance = std::max(rule.acr, rule.mfa ? contract::Assurance::two_factors : contract::Assurance::one_factor),
         .email_verified = rule.email_verified});
  }
  return {std::move(rules), access_of(settings.gate.default_access)};
}

}  // namespace gatehouse::app
