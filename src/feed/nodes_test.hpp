#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "feed/follower.hpp"
#include "feed/journal.hpp"
#include "tests/support/fake_random.hpp"

namespace gatehouse::feed::test {

inline base::Secret cluster_secret(char fill = 'c') { return base::Secret(std::string(32, fill)); }

inline contract::Revocation ended(int number, base::TimePoint until = base::TimePoint(std::chrono::hours(1'000'000))) {
  std::string key = std::to_string(number);
  key.insert(0, 16 - key.size(), '0');
  return {.seq = number, .kind = contract::Revocation::Kind::session, .key = std::move(key), .until = until};
}

// Rows first … last, one after the other.
inline std::vector<contract::Revocation> ended_from(int first, int last) {
  std::vector<contract::Revocation> rows;
  for (int number = first; number <= last; ++number) rows.push_back(ended(number));
  return rows;
}

// An identity process without its sockets.
class FakeNode {
 public:
  FakeNode(const ClusterKeys& cluster, const base::Clock& clock, std::uint64_t seed)
      : cluster_(cluster),
        random_(seed),
        journal_(std::in_place, JournalOptions{}, cluster, clock, random_, metrics_) {}

  [[nodiscard]] Journal& journal() { return *journal_; }

  // What its route would answer.
  [[nodiscard]] Message answer_to(const Ask& ask) const {
    const bool knows_us = ask.instance == journal_->instance();
    Message message = journal_->read(knows_us ? ask.after : 0, knows_us ? ask.bundle : BundleVersion());
    message.nonce = ask.nonce;
    return message;
  }
  [[nodiscard]] std::string answer(const Ask& ask, std::chrono::milliseconds held = {}) const {
    Message message = answer_to(ask);
    message.held = held;
    return write_message(message, cluster_);
  }

  // The next message of its stream, with what came since the last.
  [[nodiscard]] std::string stream() {
    Message message = journal_->read(streamed_, journal_->read(0, {}).bundle_version);
    message.carrier = Message::Carrier::stream;
    message.beat = ++beat_;
    streamed_ = message.to;
    return write_message(message, cluster_);
  }

 private:
  const ClusterKeys& cluster_;
  gatehouse::test::FakeRandom random_;
  telemetry::Metrics metrics_;
  std::optional<Journal> journal_;
  Position streamed_ = 0;
  std::uint64_t beat_ = 0;
};

// The gates of a process: what they refuse, and as of when they are sure.
struct FakeGates {
  std::set<std::string> refused;
  std::size_t applied = 0;
  std::optional<base::SteadyPoint> complete_as_of;
  std::shared_ptr<const crypto::KeySet> keys;
  contract::RoleSnapshot roles;

  [[nodiscard]] Sink sink() {
    return {.follow =
                [this](std::vector<contract::Revocation> rows, std::optional<base::SteadyPoint> as_of) {
                  applied += rows.size();
                  for (auto& row : rows) refused.insert(std::move(row.key));
                  if (as_of) complete_as_of = complete_as_of ? std::max(*complete_as_of, *as_of) : *as_of;
                },
            .adopt =
                [this](const BundleContent& content) {
                  keys = content.keys;
                  roles = content.roles;
                }};
  }
  [[nodiscard]] bool refuses(int number) const { return refused.contains(ended(number).key); }
};

}  // namespace gatehouse::feed::test
