#pragma once

#include <vector>

#include "feed/cluster_keys.hpp"
#include "feed/journal.hpp"
#include "platform/base/clock.hpp"
#include "platform/http/route.hpp"
#include "platform/telemetry/metrics.hpp"

namespace gatehouse::feed {

// `GET /node/v1/feed` for the admin listener: what the journal holds behind the asker's position, at once or as soon as
// there is something, or nothing after the asker's wait. 401 unless the question carries our cluster's MAC, 400 when
// it is none, 503 when too many are waiting. REQUIRES: all outlive the routes.
[[nodiscard]] std::vector<http::Route> routes(Journal& journal, const ClusterKeys& cluster, const base::Clock& clock,
                                              telemetry::Metrics& metrics);

}  // namespace gatehouse::feed
