#pragma once

#include "identity/mail/mail_outbox.hpp"
#include "identity/session/known_clients.hpp"
#include "identity/session/session_service.hpp"

namespace gatehouse::identity {

// Tells an account's owner by mail that it is used from where it was not used before, whatever kind of sign-in it was.
// Not for the first sign-in, nor to an address that nobody has proven: it may be anybody's. REQUIRES: both outlive it.
class NewDeviceNotice final : public SessionWatcher {
 public:
  NewDeviceNotice(const KnownClients& clients, const MailOutbox& outbox) : clients_(clients), outbox_(outbox) {}

  void opened(db::Transaction& tx, const AccessGrant& session, const ClientInfo& client) const override;

 private:
  const KnownClients& clients_;
  const MailOutbox& outbox_;
};

}  // namespace gatehouse::identity
