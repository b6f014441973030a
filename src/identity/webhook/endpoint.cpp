#include "identity/webhook/endpoint.hpp"

#include <algorithm>

namespace gatehouse::identity {

bool Endpoint::wants(std::string_view type) const {
  return types.empty() || std::ranges::any_of(types, [&](std::string_view wanted) {
           if (!wanted.ends_with(".*")) return wanted == type;
           return type.starts_with(wanted.substr(0, wanted.size() - 1));
         });
}

}  // namespace gatehouse::identity
