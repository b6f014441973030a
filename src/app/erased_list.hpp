#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <vector>

#include "app/installation.hpp"
#include "contract/ids.hpp"
#include "identity/privacy/erasure_store.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::app {

// The ids of erased accounts, one a line, with the time of the erasure behind it, as `gatehouse account erased` writes
// them and `restore --erased` reads them. The data folder holds such a list of its own, `erased.ids`: it outlives the
// loss of the database beside it. Several processes may change it at once; a change is there as a whole or not at all.

// Ids, one a line; empty lines and what follows a blank are skipped. Throws std::runtime_error, with the number of the
// line, when one is no id.
[[nodiscard]] std::vector<contract::AccountId> read_ids(std::istream& in);
// Of the data folder; none when it has no list. Throws as above.
[[nodiscard]] std::vector<contract::AccountId> read_erased_list(const std::filesystem::path& data_dir);
// Adds what the database names and the list does not have yet; on the disk when it returns. `hear` gets these first, if
// there are any, to clean up behind them: whoever is killed meanwhile hears of them again. Blocks. Throws
// std::runtime_error, base::Unavailable as the database does, and what `hear` throws.
using HearErased = std::function<void(const std::vector<contract::AccountId>&)>;
void complete_erased_list(const std::filesystem::path& data_dir, db::Database& database,
                          const identity::ErasureStore& erasures, const HearErased& hear);

// Takes from the list what was erased at `before` or earlier, as the sweep of the database does. A line of an earlier
// version has no time: it gets `now`, so it stays as long as it may have to. Blocks. Throws std::runtime_error.
void forget_listed(const std::filesystem::path& data_dir, base::TimePoint before, base::TimePoint now);

// What is left of erased accounts outside of their rows: jobs that name them, and letters in this data folder. Blocks.
void clean_up_behind(Installation& installation, const std::vector<contract::AccountId>& gone);

// Letters in this data folder whose account or open invite is no longer there, whatever ended it: each node asks for
// itself, since letters lie where they were written. `between`: called now and then, since it may take a while. Blocks.
void remove_letters_to_nobody(
    Installation& installation, const std::function<void()>& between = [] {});

}  // namespace gatehouse::app
