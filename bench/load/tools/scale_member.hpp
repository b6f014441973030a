#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "contract/ids.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"

namespace gatehouse::bench {

// The i-th of up to kMaxMembers accounts, all of it a function of i: so 70 million can be written without asking the
// database for anything, and any one of them can sign in afterwards. Names and keys are spread as members' own would
// be: neighbours in i are none in an index. For benchmarks only, since nothing here is secret.
inline constexpr std::size_t kMaxMembers = 100'000'000;

// Draws the same bytes for the same seed. Not thread-safe.
class SeededRandom final : public base::Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(void* out, std::size_t size) override;

 private:
  std::uint64_t state_;
};

struct Member {
  contract::AccountId id;
  base::TimePoint created_at;
  std::string username;  // canonical: ten letters and digits
  std::string skeleton;
  std::string email;         // normalised
  std::string display_name;  // of every second member
};

// `of` members were created evenly over the three years before `now`. REQUIRES: i < kMaxMembers.
[[nodiscard]] Member member(std::size_t i, std::size_t of, base::TimePoint now);
// What the i-th account is sealed with: the first bytes are its data key's seed, as AccountVault draws them.
[[nodiscard]] SeededRandom member_random(std::size_t i);
[[nodiscard]] contract::SessionId session_of_member(std::size_t i);

// Throws when what member() composes by itself is not what the program makes of the same names.
void check_member(const Member& member);

}  // namespace gatehouse::bench
