# cmake -D FOLDER=sql/sqlite -D FUNCTION=sqlite_migrations -D OUTPUT=file.cpp -P embed_migrations.cmake
#
# Writes a .cpp with every NNNN_name.sql of FOLDER, so that the program needs no file beside it to migrate.
file(GLOB files LIST_DIRECTORIES false "${FOLDER}/*.sql")
list(SORT files)

set(entries "")
set(expected 0)
foreach(file IN LISTS files)
  get_filename_component(base "${file}" NAME_WE)
  math(EXPR expected "${expected} + 1")
  if(NOT base MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)$")
    message(FATAL_ERROR "${file}: a migration is named NNNN_name.sql")
  endif()
  set(digits "${CMAKE_MATCH_1}")
  set(name "${CMAKE_MATCH_2}")
  string(REGEX REPLACE "^0+" "" number "${digits}")
  if(NOT number STREQUAL expected)
    message(FATAL_ERROR "${file}: migrations are numbered without a gap; ${expected} comes next")
  endif()
  file(SHA256 "${file}" sha256)
  file(READ "${file}" sql)
  if(sql MATCHES "\\)sql\"")
    message(FATAL_ERROR "${file}: holds the end of a C++ raw string")
  endif()
  string(APPEND entries "    {${number}, \"${name}\", \"${sha256}\",\n     R\"sql(${sql})sql\"},\n")
endforeach()

file(WRITE "${OUTPUT}" "#include \"platform/db/migrations.hpp\"

namespace gatehouse::db {
namespace {

constexpr Migration kMigrations[] = {
${entries}};

}  // namespace

std::span<const Migration> ${FUNCTION}() { return kMigrations; }

}  // namespace gatehouse::db
")
