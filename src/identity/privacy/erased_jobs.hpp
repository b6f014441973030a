#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "platform/db/database.hpp"
#include "platform/queue/job_store.hpp"

namespace gatehouse::identity {

// Removes waiting and dead jobs whose payload names one of these accounts (their ids as text), whose letters nobody
// will read. Payloads hold ids alone, and a letter about an account that is gone is never written: this is for order,
// not for secrecy. Returns how many. Blocking; a page of jobs a transaction, so that nobody waits for it.
std::size_t remove_jobs_about(db::Database& database, const queue::JobStore& jobs,
                              const std::set<std::string>& accounts);

}  // namespace gatehouse::identity
