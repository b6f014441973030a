#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::identity {

// How many numbers a client has to try for a challenge, at most; on average half of them.
using Work = std::uint32_t;

enum class ProofError : std::uint8_t {
  malformed,  // not ALTCHA's payload
  forged,     // not a challenge of ours, or one that was changed
  wrong,      // the number does not solve it
  expired,
  too_little,  // a challenge easier than what is asked for now
};
[[nodiscard]] std::string_view to_string(ProofError error);

// Proof of work after ALTCHA's open protocol (SHA-256): the challenge is SHA-256(salt ‖ number), the client finds the
// number, and sends everything back as base64 of JSON. Nothing is kept until it does: the salt itself says until when
// the challenge is good and how much work it is, and an HMAC signs it. Immutable, thread-safe.
class ProofOfWork {
 public:
  struct Options {
    std::chrono::seconds lifetime{5 * 60};
  };
  // `key`: 32 bytes of this purpose alone, the same in all processes. REQUIRES: clock and random outlive it.
  ProofOfWork(base::Secret key, Options options, const base::Clock& clock, base::Random& random)
      : key_(std::move(key)), options_(options), clock_(clock), random_(random) {}

  // {algorithm, challenge, maxnumber, salt, signature}, as ALTCHA's widget takes it. REQUIRES: work is not 0.
  [[nodiscard]] boost::json::object issue(Work work) const;

  // A proof that has been checked, but for its first use.
  struct Proof {
    std::string id;                  // of the challenge: good once
    std::chrono::seconds remaining;  // until it expires, at least 1 s: how long its id has to be remembered
  };
  // `payload` as the client sent it. Costs two hashes of a few dozen bytes.
  [[nodiscard]] base::Result<Proof, ProofError> check(std::string_view payload, Work at_least) const;

  [[nodiscard]] std::chrono::seconds lifetime() const noexcept { return options_.lifetime; }

 private:
  [[nodiscard]] std::string sign(std::string_view challenge) const;

  const base::Secret key_;
  const Options options_;
  const base::Clock& clock_;
  base::Random& random_;
};

}  // namespace gatehouse::identity
