#include "platform/http_client/client_pool.hpp"

namespace gatehouse::http_client {

base::Result<Response, ClientError> ClientPool::send(const Request& request) {
  Client& client = take();
  auto answer = client.send(request);
  give_back(client);
  return answer;
}

void ClientPool::cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  for (const auto& client : clients_) client->cancel();
}

Client& ClientPool::take() {
  const std::lock_guard lock(mutex_);
  if (!idle_.empty()) {
    Client* const client = idle_.back();
    idle_.pop_back();
    return *client;
  }
  clients_.push_back(std::make_unique<Client>(options_));
  if (cancelled_) clients_.back()->cancel();
  return *clients_.back();
}

void ClientPool::give_back(Client& client) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(&client);
}

}  // namespace gatehouse::http_client
