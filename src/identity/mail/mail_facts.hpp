#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "identity/mail/mail_job.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// What a letter says beyond what the account itself gives, read when it is written. It never lies in the queue.
struct MailFacts {
  std::optional<std::string> address{};  // where to, instead of the account's own address
  // For the template, by the names that mail_letters.hpp has for this kind: `device`, `factor`, `time` …
  std::map<std::string, std::string> values{};
};

// Whoever owns what a job refers to says what is to be written about it; one a kind, given to MailRenderer. Nothing: it
// is used, expired or gone, and the letter is not sent. Called in a read transaction, on the worker's thread.
using MailFactsOf = std::function<std::optional<MailFacts>(db::Transaction&, const MailJob&)>;

}  // namespace gatehouse::identity
