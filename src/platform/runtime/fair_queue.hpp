#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

namespace gatehouse::runtime {

// First in, first out within a key; the keys take turns. Not thread-safe.
template <class T>
class FairQueue {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  void push(std::uint64_t key, T item) {
    auto& line = lines_[key];
    if (line.empty()) turns_.push_back(key);
    line.push_back(std::move(item));
    ++size_;
  }

  // REQUIRES: !empty().
  T pop() {
    const std::uint64_t key = turns_.front();
    turns_.pop_front();
    const auto line = lines_.find(key);
    T item = std::move(line->second.front());
    line->second.pop_front();
    if (line->second.empty()) {
      lines_.erase(line);
    } else {
      turns_.push_back(key);
    }
    --size_;
    return item;
  }

  // Makes room for a newcomer of `key` at the cost of whoever holds most of the queue: removes and returns the last
  // item of the longest line, or nothing when that line would not stay longer than the newcomer's. Linear in the keys.
  std::optional<T> displace_for(std::uint64_t key) {
    auto longest = lines_.end();
    for (auto line = lines_.begin(); line != lines_.end(); ++line) {
      if (longest == lines_.end() || line->second.size() > longest->second.size()) longest = line;
    }
    const auto own = lines_.find(key);
    const std::size_t own_length = own == lines_.end() ? 0 : own->second.size();
    if (longest == lines_.end() || longest->second.size() <= own_length + 1) return std::nullopt;
    T item = std::move(longest->second.back());
    longest->second.pop_back();  // at least two were in it: the line stays
    --size_;
    return item;
  }

 private:
  std::unordered_map<std::uint64_t, std::deque<T>> lines_;  // keys are already hashed under a secret key
  std::deque<std::uint64_t> turns_;                         // each key with a line, once
  std::size_t size_ = 0;
};

}  // namespace gatehouse::runtime
