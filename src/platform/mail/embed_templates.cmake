# cmake -D FOLDER=templates/mail -D OUTPUT=file.cpp -P embed_templates.cmake
#
# Writes a .cpp with every file below FOLDER, so that the program needs none beside it to write a letter.
file(GLOB_RECURSE files LIST_DIRECTORIES false RELATIVE "${FOLDER}" "${FOLDER}/*.txt" "${FOLDER}/*.html")
list(SORT files)

set(entries "")
foreach(file IN LISTS files)
  file(READ "${FOLDER}/${file}" text)
  if(text MATCHES "\\)mail\"")
    message(FATAL_ERROR "${file}: holds the end of a C++ raw string")
  endif()
  string(APPEND entries "    {\"${file}\",\n     R\"mail(${text})mail\"},\n")
endforeach()

file(WRITE "${OUTPUT}" "#include \"platform/mail/template_set.hpp\"

namespace gatehouse::mail {
namespace {

constexpr TemplateFile kTemplates[] = {
${entries}};

}  // namespace

std::span<const TemplateFile> built_in_templates() { return kTemplates; }

}  // namespace gatehouse::mail
")
