#include "feed/journal.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "feed/rows.hpp"
#include "platform/base/encoding.hpp"
#include "platform/base/keyed_hash.hpp"

namespace gatehouse::feed {

using contract::Revocation;

// Locked after the journal's own mutex, or alone.
struct Waiting {
  std::mutex mutex;
  std::map<std::uint64_t, std::function<void()>> places;  // guarded by mutex, as is what follows
  std::uint64_t last = 0;

  // Under the lock, so that nobody who has given up their place is called.
  void notify_all() {
    const std::lock_guard lock(mutex);
    for (const auto& [number, notify] : std::exchange(places, {})) notify();
  }
};

Journal::Place::~Place() {
  if (!waiting_) return;
  const std::lock_guard lock(waiting_->mutex);
  waiting_->places.erase(number_);
}

Journal::Journal(const JournalOptions& options, const ClusterKeys& cluster, const base::Clock& clock,
                 base::Random& random, telemetry::Metrics& metrics)
    : options_(options),
      cluster_(cluster),
      clock_(clock),
      random_(random),
      instance_(base::Uuid::random(random)),
      waiting_(std::make_shared<Waiting>()),
      bundle_(make_bundle({}, {}, cluster, random)) {
  register_metrics(metrics);
}

void Journal::append(const std::vector<Revocation>& rows) {
  const std::lock_guard lock(mutex_);
  const Position before = head_;
  for (const auto& row : rows) {
    if (remember(row)) add(row);
  }
  drop_old();
  if (head_ != before) waiting_->notify_all();
}

bool Journal::remember(const Revocation& row) {
  // By its content, too: after the loss of a database its successor may give a number a second time.
  const auto fingerprint = base::keyed_hash(base::encode_u64(static_cast<std::uint64_t>(row.seq)) + row.key);
  if (!remembered_.insert(fingerprint).second) return false;
  if (remembered_order_.size() < kRemembered) {
    remembered_order_.push_back(fingerprint);
    return true;
  }
  remembered_.erase(std::exchange(remembered_order_[next_remembered_], fingerprint));
  next_remembered_ = (next_remembered_ + 1) % kRemembered;
  return true;
}

void Journal::add(const Revocation& row) {
  if (pages_.empty() || pages_.back().count == kPageRows) {
    if (!pages_.empty()) pages_.back().rows.shrink_to_fit();
    pages_.emplace_back().first = head_ + 1;
  }
  Page& page = pages_.back();
  append_row(page.rows, row);
  page.newest = clock_.steady_now();
  ++page.count;
  ++head_;
  ++rows_;
}

void Journal::drop_old() {
  const auto oldest = clock_.steady_now() - options_.keep;
  while (!pages_.empty() && pages_.front().newest < oldest) {
    rows_ -= pages_.front().count;
    pages_.pop_front();
  }
}

void Journal::confirm(base::SteadyPoint as_of) {
  const std::lock_guard lock(mutex_);
  confirmed_as_of_ = confirmed_as_of_ ? std::max(*confirmed_as_of_, as_of) : as_of;
  drop_old();
}

void Journal::set_bundle(const crypto::KeySet& keys, const contract::RolePermissions& roles) {
  auto bundle = make_bundle(keys, roles, cluster_, random_);
  const std::lock_guard lock(mutex_);
  if (bundle.version == bundle_.version) return;
  bundle_ = std::move(bundle);
  waiting_->notify_all();
}

Position Journal::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

bool Journal::is_news(Position after, BundleVersion known) const { return after != head_ || known != bundle_.version; }

Message Journal::read(Position after, BundleVersion known) const {
  const std::lock_guard lock(mutex_);
  Message message;
  message.instance = instance_;
  message.after = after <= head_ ? after : 0;
  message.to = message.head = head_;
  message.bundle_version = bundle_.version;
  if (known != bundle_.version) message.bundle = bundle_.bytes;
  if (confirmed_as_of_) {
    message.confirmed_age = std::chrono::ceil<std::chrono::milliseconds>(clock_.steady_now() - *confirmed_as_of_);
  }
  // What lies before the first page, or between two, was of no use any more.
  auto page = std::ranges::upper_bound(pages_, message.after, {}, [](const Page& p) { return p.first + p.count - 1; });
  for (; page != pages_.end() && message.row_count < Message::kMaxRows; ++page) {
    const std::size_t skipped = message.after < page->first ? 0 : message.after - page->first + 1;
    const std::size_t taken = std::min(page->count - skipped, Message::kMaxRows - message.row_count);
    const std::size_t begin = size_of_rows(page->rows, skipped);
    const std::size_t size = skipped + taken == page->count
                                 ? page->rows.size() - begin
                                 : size_of_rows(std::string_view(page->rows).substr(begin), taken);
    message.rows.append(page->rows, begin, size);
    message.row_count += taken;
    message.to = page->first + skipped + taken - 1;
  }
  if (message.row_count < Message::kMaxRows) message.to = head_;  // not stopped by the limit: that was all
  return message;
}

std::optional<Journal::Place> Journal::watch(Position after, BundleVersion known, std::function<void()> notify) {
  const std::lock_guard lock(mutex_);
  if (is_news(after, known)) {
    notify();
    return Place(nullptr, 0);
  }
  const std::lock_guard waiting_lock(waiting_->mutex);
  if (waiting_->places.size() >= options_.max_waiting) return std::nullopt;
  waiting_->places.emplace(++waiting_->last, std::move(notify));
  return Place(waiting_, waiting_->last);
}

void Journal::register_metrics(telemetry::Metrics& metrics) {
  metrics.gauge_from("gatehouse_feed_journal_rows", "Live revocations that this process hands on.", {}, [this] {
    const std::lock_guard lock(mutex_);
    return static_cast<double>(rows_);
  });
  metrics.gauge_from("gatehouse_feed_followers_waiting", "Questions of followers that are held.", {}, [this] {
    const std::lock_guard lock(waiting_->mutex);
    return static_cast<double>(waiting_->places.size());
  });
  metrics.gauge_from("gatehouse_feed_confirmed_age_seconds",
                     "How long ago this process had all that the database held; -1: never.", {}, [this] {
                       const std::lock_guard lock(mutex_);
                       if (!confirmed_as_of_) return -1.0;
                       return std::chrono::duration<double>(clock_.steady_now() - *confirmed_as_of_).count();
                     });
}

}  // namespace gatehouse::feed
