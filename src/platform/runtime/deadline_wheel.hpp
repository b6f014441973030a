#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace gatehouse::runtime {

// Deadlines for everything that lives on one loop, at the cost of a store: setting one reads no clock and arms no
// timer. One timer ticks every 250 ms and expires what is due: never early, at most two ticks late.
// Not thread-safe: belongs to its loop's thread.
class DeadlineWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{250};

  // Something that can run out of time. Unlinks itself when it goes.
  class Entry {
   public:
    Entry() = default;
    virtual ~Entry() { unlink(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   protected:
    // Called once when the deadline has passed; no deadline is set afterwards until somebody sets one. May destroy
    // *this.
    virtual void on_deadline() = 0;

   private:
    friend class DeadlineWheel;
    void unlink();
    Entry* previous_ = nullptr;
    Entry* next_ = nullptr;
    std::uint64_t due_tick_ = 0;     // when it is due
    std::uint64_t linked_tick_ = 0;  // the slot it hangs in: never later than due
  };

  explicit DeadlineWheel(boost::asio::io_context& context);
  ~DeadlineWheel();
  DeadlineWheel(const DeadlineWheel&) = delete;
  DeadlineWheel& operator=(const DeadlineWheel&) = delete;

  void start();  // begins to tick
  void stop();

  // Sets or moves the deadline to `from_now` after this tick. Moving it later costs two stores; it is re-hung only when
  // its slot comes round, or when it becomes earlier.
  void set(Entry& entry, std::chrono::milliseconds from_now);

  void advance();  // one tick; the timer's work, callable by tests

 private:
  static constexpr std::size_t kSlots = 512;  // 128 s round

  void hang(Entry& entry);
  void wait();

  boost::asio::steady_timer timer_;
  std::uint64_t tick_ = 0;
  bool running_ = false;
  struct Head final : Entry {
    void on_deadline() override {}
  };
  std::array<Head, kSlots> slots_;  // heads of circular lists
};

}  // namespace gatehouse::runtime
