#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::identity {

// A set of numbers of events, in order: `101-158 160 163-170`. A value; not thread-safe.
class SeqRanges {
 public:
  struct Range {
    std::int64_t first;
    std::int64_t last;
    friend bool operator==(const Range&, const Range&) = default;
  };

  // Exactly what to_string() makes, with numbers from 1 on; nothing otherwise.
  [[nodiscard]] static std::optional<SeqRanges> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;

  // REQUIRES: behind every number added before.
  void add(std::int64_t seq);
  void add(std::int64_t first, std::int64_t last);
  [[nodiscard]] bool contains(std::int64_t seq) const;
  [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }
  [[nodiscard]] std::int64_t first() const { return ranges_.front().first; }
  [[nodiscard]] std::int64_t last() const { return ranges_.back().last; }
  [[nodiscard]] std::int64_t count() const;
  [[nodiscard]] const std::vector<Range>& ranges() const noexcept { return ranges_; }

 private:
  std::vector<Range> ranges_;
};

}  // namespace gatehouse::identity
