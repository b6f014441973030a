#include "identity/letter/dead_letters.hpp"

#include <string>
#include <utility>

#include "identity/mail/mail_outbox.hpp"
#include "platform/audit/event_types.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

awaitable<DeadLetterPage> DeadLetters::page(std::optional<base::Uuid> after, std::size_t limit) {
  DeadLetterPage page{.letters = co_await database_.read([this, after, limit](db::Transaction& tx) {
    return jobs_.dead(tx, kMailQueue, after, limit + 1);
  })};
  if (page.letters.size() > limit) {
    page.letters.resize(limit);
    page.next = page.letters.back().id;
  }
  co_return page;
}

awaitable<bool> DeadLetters::retry(base::Uuid id, contract::AccountId who) {
  co_return co_await database_.write([this, id, who](db::Transaction& tx) {
    if (!jobs_.revive(tx, kMailQueue, id)) return false;
    audit_.record(tx, {.type = audit::type::kMailRetried, .actor = who.uuid(), .fields = {{"job", id.to_string()}}});
    return true;
  });
}

}  // namespace gatehouse::identity
