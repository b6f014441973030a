#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/ids.hpp"
#include "crypto/sealing.hpp"
#include "identity/webhook/delivery.hpp"
#include "identity/webhook/endpoint.hpp"
#include "identity/webhook/endpoint_store.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/db/database.hpp"
#include "platform/queue/job_store.hpp"

namespace gatehouse::identity {

// What an administrator sees of an endpoint: everything but its secrets.
struct EndpointView {
  Endpoint endpoint;
  std::string name;
  std::string url;
};

struct EndpointWish {  // what is empty stays as it is; of a new endpoint name and url are needed
  std::optional<std::string> name{};
  std::optional<std::string> url{};
  std::optional<std::vector<std::string>> types{};
  std::optional<bool> enabled{};
  bool rotate_secret = false;  // a new secret; the one before signs, too, until the next rotation
};

enum class WebhookError : std::uint8_t { not_found, too_many, bad_name, bad_url, bad_types };

// An endpoint and, when one was made, the secret: it is never shown again.
struct EndpointMade {
  EndpointView view;
  base::Secret secret{};
};

// Endpoints for administrators. Each change is an event of the audit log, without URL and name. Thread-safe.
// REQUIRES: the parts outlive it.
class Webhooks {
 public:
  static constexpr std::size_t kMaxReplay = 1000;  // events a call

  struct Parts {
    db::Database& database;
    const EndpointStore& endpoints;
    const crypto::SealingKey& key;
    const Delivery& delivery;  // knows which URLs may be
    const queue::JobStore& jobs;
    const audit::Log& audit;
    const base::Clock& clock;
    base::Random& random;
  };
  explicit Webhooks(Parts parts) : parts_(parts) {}

  boost::asio::awaitable<std::vector<EndpointView>> list();
  // Errors: too_many, bad_name (1 to 100 bytes), bad_url, bad_types (forms of Endpoint::types, at most 64).
  boost::asio::awaitable<base::Result<EndpointMade, WebhookError>> add(EndpointWish wish, contract::AccountId who);
  // The same, and not_found.
  boost::asio::awaitable<base::Result<EndpointMade, WebhookError>> change(base::Uuid id, EndpointWish wish,
                                                                          contract::AccountId who);
  // False: not found.
  boost::asio::awaitable<bool> remove(base::Uuid id, contract::AccountId who);
  // Sends the events numbered `first` to `last` that the endpoint wants once more, under their own ids; at most
  // kMaxReplay of them. Returns how many, and where to go on when that was the bound. Error: not_found.
  struct Replayed {
    std::size_t events = 0;
    std::optional<std::int64_t> next{};
  };
  boost::asio::awaitable<base::Result<Replayed, WebhookError>> replay(base::Uuid id, std::int64_t first,
                                                                      std::int64_t last, contract::AccountId who);

 private:
  [[nodiscard]] std::optional<WebhookError> problem_of(const EndpointWish& wish) const;
  void record(db::Transaction& tx, std::string_view type, base::Uuid endpoint, contract::AccountId who,
              std::vector<audit::Field> more = {}) const;

  const Parts parts_;
};

}  // namespace gatehouse::identity
