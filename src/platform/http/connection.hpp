#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <unordered_set>

#include "platform/base/ip_address.hpp"
#include "platform/http/server.hpp"
#include "platform/runtime/deadline_wheel.hpp"

namespace gatehouse::http {

// A live connection, as its listener sees it. Used on its loop's thread only.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void close_if_idle() = 0;
  virtual void close() = 0;
  virtual void release_slot() = 0;  // the server goes: its limiter may, too, before the loop's last coroutine
};

// What the connections of one listener on one loop share. Used on that loop's thread only.
struct ConnectionEnvironment {
  std::size_t loop = 0;
  std::shared_ptr<const ServerOptions> options{};
  Service* service = nullptr;
  runtime::DeadlineWheel* wheel = nullptr;  // unlinks what still hangs in it when it goes
  std::shared_ptr<ServerStats> stats{};
  DateCache date{};
  bool retiring = false;  // each answer is the last on its connection
  bool draining = false;  // and no connection waits for another request
  std::unordered_set<Connection*> live{};
};

// Serves the socket until it ends. The connection owns itself; `slot` is given back when it goes.
void serve_connection(boost::asio::ip::tcp::socket socket, base::IpAddress peer, limits::ConnectionLimiter::Slot slot,
                      std::shared_ptr<ConnectionEnvironment> environment);

}  // namespace gatehouse::http
