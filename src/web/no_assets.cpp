// In place of the generated table, where the program is built without pages.
#include "web/assets.hpp"

namespace gatehouse::web {

std::span<const Asset> built_assets() { return {}; }

}  // namespace gatehouse::web
