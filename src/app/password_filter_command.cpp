#include <filesystem>
#include <ostream>

#include "app/commands.hpp"
#include "identity/defence/password_filter_builder.hpp"

namespace gatehouse::app {

int password_filter_build(const PasswordFilterArguments& arguments, const CommandIo& io) {
  using Lines = identity::PasswordFilterBuilder::Lines;
  const auto entries = identity::PasswordFilterBuilder::build(
      arguments.list, arguments.plain ? Lines::plain : Lines::sha1, arguments.out);
  io.out << entries << " passwords in " << std::filesystem::file_size(arguments.out) << " bytes\n";
  return 0;
}

}  // namespace gatehouse::app
