#include "crypto/hash_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::size_t rounded_up(std::size_t bytes, std::size_t to) { return (bytes + to - 1) / to * to; }

std::size_t page_bytes() {
  static const auto kBytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return kBytes;
}

// Large arenas begin at a huge page: hashes jump about in theirs, and with small pages a good part of their time goes
// into finding where a page lies. Where the system has none to give, small ones do as well.
struct Layout {
  std::size_t alignment;
  std::size_t usable;

  explicit Layout(std::size_t bytes)
      : alignment(bytes >= kHugePage ? kHugePage : page_bytes()), usable(rounded_up(bytes, alignment)) {}
  // Room to align in, and a page before and after that stays out of reach.
  [[nodiscard]] std::size_t mapped() const { return usable + alignment + 2 * page_bytes(); }
};

std::span<std::byte> map_arena(std::size_t bytes) {
  const Layout layout(bytes);
  void* const mapped = ::mmap(nullptr, layout.mapped(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) throw base::Unavailable("hash_memory");
  const auto first = reinterpret_cast<std::uintptr_t>(mapped);
  const auto arena = rounded_up(first + page_bytes(), layout.alignment);
  // What lies outside of the two guards goes back at once, so that an arena can be unmapped by its address and size.
  const auto begin = arena - page_bytes();
  const auto end = arena + layout.usable + page_bytes();
  if (begin > first) ::munmap(mapped, begin - first);
  if (first + layout.mapped() > end) ::munmap(reinterpret_cast<void*>(end), first + layout.mapped() - end);
  void* const memory = reinterpret_cast<void*>(arena);
  if (::mprotect(memory, layout.usable, PROT_READ | PROT_WRITE) != 0) {
    ::munmap(reinterpret_cast<void*>(begin), end - begin);
    throw base::Unavailable("hash_memory");
  }
  // Both are wishes: without them a hash is slower, or in a core dump.
  ::madvise(memory, layout.usable, MADV_HUGEPAGE);
  ::madvise(memory, layout.usable, MADV_DONTDUMP);
  return {static_cast<std::byte*>(memory), bytes};
}

void unmap_arena(std::span<std::byte> arena) noexcept {
  const Layout layout(arena.size());
  if (::munmap(arena.data() - page_bytes(), layout.usable + 2 * page_bytes()) != 0) std::abort();
}

}  // namespace

HashMemory::Lease::Lease(Lease&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), claimed_(other.claimed_), arena_(other.arena_) {}

HashMemory::Lease::~Lease() {
  if (owner_ != nullptr) owner_->give_back(claimed_, arena_);
}

HashMemory::~HashMemory() {
  for (const auto& idle : idle_) unmap_arena(idle.arena);
}

void HashMemory::claim(std::unique_lock<std::mutex>& lock, std::size_t bytes) {
  const auto fits = [&] { return leased_ == 0 || leased_ + bytes <= options_.limit_bytes; };
  if (!given_back_.wait_for(lock, options_.max_wait, fits)) throw base::Unavailable("hash_memory");
  leased_ += bytes;
}

void HashMemory::keep_within_limit() {
  while (!idle_.empty() && leased_ + idle_.size() * options_.arena_bytes > options_.limit_bytes) {
    unmap_arena(idle_.front().arena);
    idle_.erase(idle_.begin());
  }
}

HashMemory::Lease HashMemory::reserve(std::size_t bytes) {
  std::unique_lock lock(mutex_);
  claim(lock, bytes);
  keep_within_limit();
  return {*this, bytes, {}};
}

HashMemory::Lease HashMemory::acquire(std::size_t bytes) {
  const bool keeps = bytes <= options_.arena_bytes;
  const std::size_t size = keeps ? options_.arena_bytes : bytes;
  std::unique_lock lock(mutex_);
  claim(lock, size);
  if (keeps && !idle_.empty()) {
    const auto arena = idle_.back().arena;
    idle_.pop_back();
    return {*this, size, arena};
  }
  keep_within_limit();
  lock.unlock();
  try {
    return {*this, size, map_arena(size)};
  } catch (...) {
    give_back(size, {});
    throw;
  }
}

void HashMemory::give_back(std::size_t claimed, std::span<std::byte> arena) noexcept {
  const bool keeps = !arena.empty() && arena.size() == options_.arena_bytes;
  if (!keeps && !arena.empty()) unmap_arena(arena);
  {
    const std::lock_guard lock(mutex_);
    leased_ -= claimed;
    if (keeps) idle_.push_back({arena, true});
  }
  given_back_.notify_all();
}

void HashMemory::release_unused() {
  std::vector<Idle> unused;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(idle_, [&](const Idle& idle) {
      if (!idle.used) unused.push_back(idle);
      return !idle.used;
    });
    for (auto& idle : idle_) idle.used = false;
  }
  for (const auto& idle : unused) unmap_arena(idle.arena);
}

std::size_t HashMemory::kept_arenas() const {
  const std::lock_guard lock(mutex_);
  return idle_.size();
}

std::size_t HashMemory::claimed_bytes() const {
  const std::lock_guard lock(mutex_);
  return leased_;
}

}  // namespace gatehouse::crypto
