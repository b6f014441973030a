#include "identity/audit/audit_desk.hpp"

#include <utility>

#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"

namespace gatehouse::identity {

using boost::asio::awaitable;

awaitable<EventPage> AuditDesk::page(audit::EventFilter filter) {
  const std::size_t wanted = filter.limit++;  // one more says whether there is a next page
  auto read = [&](db::Transaction& tx) { return audit::EventStore().page(tx, filter); };
  EventPage page{.events = co_await parts_.database.read(read)};
  if (page.events.size() > wanted) {
    page.events.resize(wanted);
    page.next = page.events.back().seq;
  }
  co_return page;
}

awaitable<ExportPiece> AuditDesk::take_out(ExportRange range, contract::AccountId who) {
  const auto now = parts_.clock.now();
  auto read = [&](db::Transaction& tx) { return export_log(tx, range, parts_.key, now); };
  auto piece = co_await parts_.database.read(read);
  auto note = [&](db::Transaction& tx) {
    audit::record(tx,
                  {.type = audit::type::kAuditExported,
                   .actor = who.uuid(),
                   .fields = {{"through_batch", std::to_string(piece.last_batch)}}},
                  now);
  };
  co_await parts_.database.write(note);
  co_return piece;
}

awaitable<std::vector<audit::ErrorReport>> AuditDesk::newest_errors(std::size_t limit) {
  auto read = [&](db::Transaction& tx) { return audit::ErrorStore().newest(tx, limit); };
  co_return co_await parts_.database.read(read);
}

awaitable<std::vector<audit::ErrorReport>> AuditDesk::find_errors(std::string error_id) {
  auto read = [&](db::Transaction& tx) { return audit::ErrorStore().find(tx, error_id); };
  co_return co_await parts_.database.read(read);
}

}  // namespace gatehouse::identity
