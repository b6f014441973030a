#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "platform/http_client/client.hpp"

namespace gatehouse::http_client {

// As many clients as threads send at once; each keeps its connections. Thread-safe.
class ClientPool {
 public:
  explicit ClientPool(ClientOptions options = {}) : options_(std::move(options)) {}

  // As Client::send.
  [[nodiscard]] base::Result<Response, ClientError> send(const Request& request);
  // Ends every send() that is under way, and any later one, with `cancelled`.
  void cancel();

 private:
  [[nodiscard]] Client& take();
  void give_back(Client& client);

  const ClientOptions options_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<Client*> idle_;
  bool cancelled_ = false;
};

}  // namespace gatehouse::http_client
