#include "bench/load/tools/scale_member.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "platform/text/email.hpp"
#include "platform/text/username.hpp"

namespace gatehouse::bench {
namespace {

constexpr std::chrono::milliseconds kAge = std::chrono::hours(24 * 365 * 3);
constexpr std::string_view kConsonants = "bcdfghjklmnprstvwxyz";
constexpr std::string_view kVowels = "aeiou";
constexpr std::array<std::string_view, 4> kDomains{"example.org", "mail.example.com", "example.net",
                                                   "post.example.org"};

// Vigna, SplitMix64: each output is a bijection of its counter.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

// A factor without 2 or 5 in it permutes the numbers below 10^8: four syllables of a hundred.
std::string username_of(std::size_t i) {
  std::uint64_t rest = (i * 61'803'399ULL + 7) % kMaxMembers;
  std::string name;
  for (int syllable = 0; syllable < 4; ++syllable, rest /= 100) {
    name += kConsonants[rest % 100 / 5];
    name += kVowels[rest % 5];
  }
  return name + std::to_string(10 + mix(i) % 90);
}

// UTS 39 for the letters that username_of uses; check_member holds it to ICU.
std::string skeleton_of(std::string_view username) {
  std::string skeleton;
  for (const char c : username) {
    switch (c) {
      case 'm': skeleton += "rn"; break;
      case '0': skeleton += 'O'; break;
      case '1': skeleton += 'l'; break;
      default: skeleton += c;
    }
  }
  return skeleton;
}

}  // namespace

void SeededRandom::fill(void* out, std::size_t size) {
  auto* bytes = static_cast<unsigned char*>(out);
  while (size > 0) {
    const std::uint64_t word = mix(state_++);
    const std::size_t part = std::min(size, sizeof word);
    std::memcpy(bytes, &word, part);
    bytes += part;
    size -= part;
  }
}

SeededRandom member_random(std::size_t i) { return SeededRandom(mix(i)); }

contract::SessionId session_of_member(std::size_t i) {
  SeededRandom random(mix(~static_cast<std::uint64_t>(i)));
  return contract::SessionId(base::Uuid::random(random));
}

Member member(std::size_t i, std::size_t of, base::TimePoint now) {
  Member member;
  const auto age = kAge.count() - static_cast<std::int64_t>(static_cast<double>(i) / static_cast<double>(of) *
                                                            static_cast<double>(kAge.count()));
  member.created_at = now - std::chrono::milliseconds(age);
  SeededRandom random(mix(i + (1ULL << 40)));
  member.id = contract::AccountId(base::Uuid::v7(base::FakeClock(member.created_at), random));
  member.username = username_of(i);
  member.skeleton = skeleton_of(member.username);
  member.email = member.username + "@" + std::string(kDomains[mix(i) % kDomains.size()]);
  if (i % 2 == 0) member.display_name = "Member " + member.username;
  return member;
}

void check_member(const Member& member) {
  const auto username = text::prepare_username(member.username);
  const auto email = text::prepare_email(member.email);
  if (!username || username->canonical() != member.username || username->skeleton() != member.skeleton || !email ||
      email->expose_normalised() != member.email) {
    throw std::logic_error("the program prepares this name in another way: " + member.username);
  }
}

}  // namespace gatehouse::bench
