#include "feed/ask.hpp"

#include <charconv>
#include <system_error>

namespace gatehouse::feed {
namespace {

// Takes `name` and what follows up to the next `&` off the front of the query.
std::optional<std::string_view> take(std::string_view& query, std::string_view name) {
  if (!query.starts_with(name)) return std::nullopt;
  query.remove_prefix(name.size());
  const auto value = query.substr(0, query.find('&'));
  query.remove_prefix(value.size());
  return value;
}

template <class Id>
bool take_id(std::string_view& query, std::string_view name, Id& out) {
  const auto text = take(query, name);
  const auto id = text ? Id::parse(*text) : std::nullopt;
  if (id) out = *id;
  return id.has_value();
}

bool take_number(std::string_view& query, std::string_view name, std::uint64_t& out) {
  const auto text = take(query, name);
  if (!text) return false;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
  // One number, one spelling.
  return error == std::errc() && end == text->data() + text->size() && (text->size() == 1 || text->front() != '0');
}

}  // namespace

std::string Ask::to_query() const {
  return "instance=" + instance.to_string() + "&after=" + std::to_string(after) + "&bundle=" + bundle.to_string() +
         "&wait_ms=" + std::to_string(wait.count()) + "&nonce=" + nonce.to_string();
}

std::optional<Ask> Ask::from_query(std::string_view query) {
  Ask ask;
  std::uint64_t wait = 0;
  const bool sound = take_id(query, "instance=", ask.instance) && take_number(query, "&after=", ask.after) &&
                     take_id(query, "&bundle=", ask.bundle) && take_number(query, "&wait_ms=", wait) &&
                     take_id(query, "&nonce=", ask.nonce) && query.empty();
  if (!sound || wait > static_cast<std::uint64_t>(kMaxWait.count())) return std::nullopt;
  ask.wait = std::chrono::milliseconds(wait);
  return ask;
}

}  // namespace gatehouse::feed
