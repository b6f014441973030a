#pragma once

#include <string>

#include "platform/mail/message.hpp"

namespace gatehouse::mail {

// What became of a message.
enum class Delivery {
  accepted,     // by the server, which answers for it from now on
  deferred,     // not now (4xx): later
  refused,      // never: no such mailbox, or the content (5xx)
  unreachable,  // the server did not answer, is not trusted, did not take our name and password, or wants no mail of
                // ours
  malformed,    // no message can be made of it, or it is no address
  cancelled,
};
[[nodiscard]] const char* to_string(Delivery delivery);

class Mailer {
 public:
  virtual ~Mailer() = default;
  // Blocks, at most as long as its timeout says. One thread at a time calls it.
  [[nodiscard]] virtual Delivery send(const Message& message) = 0;
  // Ends the send() that is under way, and any later one. Thread-safe.
  virtual void cancel() {}
};

}  // namespace gatehouse::mail
