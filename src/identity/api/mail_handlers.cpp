#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "identity/api/errors.hpp"
#include "identity/api/handlers.hpp"
#include "identity/api/query.hpp"
#include "identity/api/views.hpp"
#include "identity/letter/dead_letters.hpp"
#include "identity/mail/mail_job.hpp"
#include "platform/telemetry/json_line.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kPage = 50;

boost::json::object view(const queue::DeadJob& letter) {
  boost::json::object out{{"id", letter.id.to_string()},
                          {"kind", letter.kind},
                          {"attempts", letter.attempts},
                          {"reason", letter.reason},
                          {"created_at", telemetry::to_rfc3339(letter.created_at)},
                          {"died_at", telemetry::to_rfc3339(letter.died_at)}};
  if (const auto job = MailJob::read(letter.kind, letter.payload); job && !job->account.uuid().is_nil()) {
    out["account"] = job->account.to_string();
  }
  return out;
}

}  // namespace

Answer list_dead_letters(const ApiContext& context, http::Request& request, const contract::Principal&) {
  const auto query = parse_query(request.query, {"cursor"});
  if (!query) co_return error_response(request, ApiError::invalid_request, {.fields = query.error()});
  std::optional<base::Uuid> after;
  if (const auto cursor = query->find("cursor"); cursor != query->end()) {
    after = base::Uuid::parse(cursor->second);
    if (!after) {
      co_return error_response(request, ApiError::invalid_request,
                               {.fields = {{"cursor", "must be the next of an earlier page"}}});
    }
  }
  const auto page = co_await context.dead_letters.page(after, kPage);
  boost::json::array letters;
  for (const auto& letter : page.letters) letters.push_back(view(letter));
  boost::json::object body{{"letters", std::move(letters)}};
  if (page.next) body["next"] = page.next->to_string();
  co_return http::json_response(200, body);
}

Answer retry_dead_letter(const ApiContext& context, http::Request& request, const contract::Principal& who) {
  const auto id = base::Uuid::parse(request.parameter("id"));
  if (!id || !co_await context.dead_letters.retry(*id, who.account)) {
    co_return error_response(request, ApiError::not_found);
  }
  co_return http::empty_response(204);
}

}  // namespace gatehouse::identity
