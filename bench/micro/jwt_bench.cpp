#include <benchmark/benchmark.h>

#include <cstdlib>

#include "crypto/jwt.hpp"

// What a token costs to make and to check, for each algorithm; the gate's cache miss is one verify. The claims are as
// large as those of an access token.
namespace {

namespace crypto = gatehouse::crypto;
namespace base = gatehouse::base;

const base::TimePoint kNow{std::chrono::seconds(1'800'000'000)};

boost::json::object claims() {
  return {{"iss", "https://login.example.test"},
          {"sub", "01890a5d-ac96-774b-bcce-b302099a8057"},
          {"aud", "gatehouse"},
          {"client_id", "gatehouse"},
          {"iat", 1'800'000'000},
          {"exp", 1'800'000'900},
          {"jti", "vS0mzVxyXv8rZ1e5dGlXhQ"},
          {"sid", "0b5f2f6c-6c52-4a05-9a52-3f1f2b0d6e11"},
          {"auth_time", 1'799'999'000},
          {"acr", "aal1"},
          {"amr", {"pwd"}},
          {"scope", "profile"},
          {"roles", {"member"}}};
}

struct Setup {
  base::SystemRandom random;
  crypto::SigningKey key;
  crypto::KeySet keys;
  crypto::JwtExpectations expected{.issuer = "https://login.example.test", .audience = "gatehouse"};
  std::string token;

  explicit Setup(crypto::Algorithm algorithm) : key(crypto::SigningKey::generate(algorithm, random)) {
    keys = *crypto::KeySet::from_keys({key.verification_key()});
    token = crypto::sign_jwt(key, "at+jwt", claims());
  }
};

const Setup& setup(crypto::Algorithm algorithm) {
  static const Setup all[] = {Setup(crypto::Algorithm::es256), Setup(crypto::Algorithm::eddsa),
                              Setup(crypto::Algorithm::rs256), Setup(crypto::Algorithm::hs256)};
  return all[static_cast<std::size_t>(algorithm)];
}

void verify_token(benchmark::State& state, crypto::Algorithm algorithm) {
  const Setup& with = setup(algorithm);
  for (auto _ : state) {
    const auto verified = crypto::verify_jwt(with.token, with.keys, with.expected, kNow);
    if (!verified) std::abort();
    benchmark::DoNotOptimize(verified->claims().size());
  }
}

void sign_token(benchmark::State& state, crypto::Algorithm algorithm) {
  const Setup& with = setup(algorithm);
  const auto payload = claims();
  for (auto _ : state) benchmark::DoNotOptimize(crypto::sign_jwt(with.key, "at+jwt", payload));
}

// All of a check but the signature: what remains for a token that a stranger made up.
void parse_token(benchmark::State& state) {
  const Setup& with = setup(crypto::Algorithm::es256);
  for (auto _ : state) benchmark::DoNotOptimize(crypto::UnverifiedToken::parse(with.token).has_value());
}

BENCHMARK_CAPTURE(verify_token, es256, crypto::Algorithm::es256);
BENCHMARK_CAPTURE(verify_token, eddsa, crypto::Algorithm::eddsa);
BENCHMARK_CAPTURE(verify_token, rs256, crypto::Algorithm::rs256);
BENCHMARK_CAPTURE(verify_token, hs256, crypto::Algorithm::hs256);
BENCHMARK_CAPTURE(sign_token, es256, crypto::Algorithm::es256);
BENCHMARK_CAPTURE(sign_token, eddsa, crypto::Algorithm::eddsa);
BENCHMARK_CAPTURE(sign_token, rs256, crypto::Algorithm::rs256);
BENCHMARK_CAPTURE(sign_token, hs256, crypto::Algorithm::hs256);
BENCHMARK(parse_token);

}  // namespace
