#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/verification_key.hpp"
#include "identity/audit/batch.hpp"

namespace gatehouse::identity {

// One thing that is wrong with a log, in words for an operator: "event 17: altered".
struct AuditFinding {
  std::optional<std::int64_t> event{};  // its number, where it is known
  std::optional<std::int64_t> batch{};
  std::string what;
  [[nodiscard]] std::string to_string() const;
};

// Goes along a chain, batch by batch. What is wrong is kept, in the order it is met: at most kMaxFindings, and how many
// there were. Not thread-safe.
class ChainChecker {
 public:
  static constexpr std::size_t kMaxFindings = 100;

  explicit ChainChecker(crypto::VerificationKey key) : key_(std::move(key)) {}

  // The chain begins behind this batch: a checkpoint's, or what an export starts from.
  void begin_behind(const ChainHead& head) { behind_ = head_ = head; }
  // `record` as stored, with the events that go with it, in the order they stand in.
  void batch(std::string_view record, std::span<const EventLine> events);
  void found(AuditFinding finding);

  [[nodiscard]] const ChainHead& behind() const noexcept { return behind_; }
  [[nodiscard]] const ChainHead& head() const noexcept { return head_; }
  [[nodiscard]] std::size_t batches() const noexcept { return batches_; }
  [[nodiscard]] std::size_t events() const noexcept { return events_; }
  [[nodiscard]] std::size_t findings_total() const noexcept { return total_; }
  [[nodiscard]] const std::vector<AuditFinding>& findings() const noexcept { return findings_; }

 private:
  void check_place(const Batch& batch);
  void check_events(const Batch& batch, std::span<const EventLine> events);

  crypto::VerificationKey key_;
  ChainHead behind_;
  ChainHead head_;
  std::size_t batches_ = 0;
  std::size_t events_ = 0;
  std::size_t total_ = 0;
  std::vector<AuditFinding> findings_;
};

}  // namespace gatehouse::identity
