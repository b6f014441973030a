#pragma once

#include <string_view>

#include "identity/mail/mail_job.hpp"
#include "platform/db/transaction.hpp"
#include "platform/queue/job_store.hpp"

namespace gatehouse::identity {

inline constexpr std::string_view kMailQueue = "mail";

// Where letters are asked for. Thread-safe. REQUIRES: the store outlives it.
class MailOutbox {
 public:
  explicit MailOutbox(const queue::JobStore& jobs) : jobs_(jobs) {}

  // Part of the caller's transaction: the letter goes out after its commit, soon, at least once; and not at all if it
  // comes to nothing, or if the account is erased or disabled by then.
  void send(db::Transaction& tx, const MailJob& job) const;

 private:
  const queue::JobStore& jobs_;
};

}  // namespace gatehouse::identity
