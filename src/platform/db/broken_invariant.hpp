#pragma once

#include <cstdio>
#include <cstdlib>

namespace gatehouse::db {

// A broken invariant: says what on standard error and ends the process.
[[noreturn]] inline void abort_broken(const char* what) {
  std::fprintf(stderr, "gatehouse: broken invariant in platform/db: %s\n", what);
  std::abort();
}

}  // namespace gatehouse::db
