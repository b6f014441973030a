#include "identity/account/new_device_notice.hpp"

namespace gatehouse::identity {

void NewDeviceNotice::opened(db::Transaction& tx, const AccessGrant& session, const ClientInfo& client) const {
  const auto address = base::IpAddress::parse(client.address).value_or(base::IpAddress());
  const auto met = clients_.meet(tx, session.account, address, client.agent, session.issued_at);
  if (met != KnownClients::Met::anew || client.known_device || !session.email_verified) return;
  outbox_.send(tx, {.kind = MailKind::new_device, .account = session.account, .reference = session.session.uuid()});
}

}  // namespace gatehouse::identity
