#include "identity/audit/seq_ranges.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace gatehouse::identity {
namespace {

// Without a sign or leading zeros: one set, one text.
bool take_number(std::string_view& text, std::int64_t& value) {
  if (text.empty() || text[0] < '1' || text[0] > '9') return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value == std::numeric_limits<std::int64_t>::max()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<SeqRanges> SeqRanges::parse(std::string_view text) {
  SeqRanges set;
  do {
    Range range{};
    if (!take_number(text, range.first)) return std::nullopt;
    range.last = range.first;
    if (take(text, '-') && (!take_number(text, range.last) || range.last <= range.first)) return std::nullopt;
    if (!set.empty() && range.first <= set.last() + 1) return std::nullopt;
    set.ranges_.push_back(range);
  } while (take(text, ' '));
  if (!text.empty()) return std::nullopt;
  return set;
}

std::string SeqRanges::to_string() const {
  std::string text;
  for (const auto& range : ranges_) {
    if (!text.empty()) text += ' ';
    text += std::to_string(range.first);
    if (range.last != range.first) text += '-' + std::to_string(range.last);
  }
  return text;
}

void SeqRanges::add(std::int64_t seq) { add(seq, seq); }

void SeqRanges::add(std::int64_t first, std::int64_t last) {
  if (!ranges_.empty() && ranges_.back().last + 1 == first) {
    ranges_.back().last = last;
  } else {
    ranges_.push_back({first, last});
  }
}

bool SeqRanges::contains(std::int64_t seq) const {
  const auto behind = std::ranges::upper_bound(ranges_, seq, {}, &Range::first);
  return behind != ranges_.begin() && std::prev(behind)->last >= seq;
}

std::int64_t SeqRanges::count() const {
  std::int64_t sum = 0;
  for (const auto& range : ranges_) sum += range.last - range.first + 1;
  return sum;
}

}  // namespace gatehouse::identity
