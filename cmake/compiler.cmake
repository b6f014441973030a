# Flags every target shares.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Werror
                    -fstack-protector-strong -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Seen here: a lambda with captures, converted to std::function inside a co_await expression, is destroyed twice, and
  # the heap with it. docs/adr/0001-clang.md
  message(FATAL_ERROR "GCC 12 miscompiles coroutines; configure with a preset, which chooses clang-16")
endif()

if(GATEHOUSE_SANITIZE)
  add_compile_options(-fsanitize=${GATEHOUSE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GATEHOUSE_SANITIZE})
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_definitions(_FORTIFY_SOURCE=2)
  # Worth 3 % of a gate check: Asio, the parser and the gate are in different libraries.
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  add_link_options(-fuse-ld=lld-16 -Wl,-z,relro,-z,now)
  add_link_options(-Wl,-z,pack-relative-relocs)  # 125 KiB less to read, and to keep, at each start
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM AND NOT GATEHOUSE_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  add_link_options(-fuse-ld=mold)
endif()
