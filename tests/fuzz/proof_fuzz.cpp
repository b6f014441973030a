// Proof of work: nobody gets through with a challenge that was not issued, whatever the payload holds; and one that was
// issued stays good however its payload is encoded.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "identity/defence/known_devices.hpp"
#include "identity/defence/proof_of_work.hpp"
#include "platform/base/encoding.hpp"

namespace {

namespace base = gatehouse::base;
namespace identity = gatehouse::identity;

void expect(bool holds) {
  if (!holds) std::abort();
}

// Bytes that no two challenges share would hide a crash behind the MAC: here they are always the same.
class NoRandom final : public base::Random {
 public:
  void fill(void* out, std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i) static_cast<unsigned char*>(out)[i] = 0;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static base::FakeClock clock;
  static NoRandom random;
  static const identity::ProofOfWork proofs(base::Secret(std::string(32, 'k')), {}, clock, random);
  static const identity::KnownDevices devices(base::Secret(std::string(32, 'd')), random);

  // The one challenge of this clock and randomness, whose number is 0: it is in the corpus, solved.
  static const std::string issued(proofs.issue(1'000).at("challenge").as_string());
  for (const auto& payload : {std::string(text), base::base64url_encode(text)}) {
    if (const auto proof = proofs.check(payload, 1)) expect(proof->id == issued && proof->remaining.count() > 0);
  }

  // A device cookie: what it says is never believed of another account, and what replaces it is always believed.
  expect(!devices.find(text, "an account that never signed in"));
  const auto cookie = devices.remember(text, "an account");
  expect(devices.find(cookie, "an account").has_value());
  expect(cookie.size() <= 4 * 44);
  return 0;
}
