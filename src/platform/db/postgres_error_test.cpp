#include "platform/db/postgres_error.hpp"

#include <gtest/gtest.h>

namespace gatehouse::db {
namespace {

using Kind = PostgresFault::Kind;

TEST(PostgresError, each_class_of_errors_has_its_meaning) {
  struct Case {
    const char* sqlstate;
    Kind kind;
    const char* reason;
  };
  for (const auto& [sqlstate, kind, reason] : {Case{"23505", Kind::unique, ""},
                                               {"40001", Kind::conflict, "storage_conflict"},
                                               {"40P01", Kind::conflict, "storage_conflict"},
                                               {"25006", Kind::read_only, ""},
                                               {"53100", Kind::unavailable, "storage_full"},
                                               {"53300", Kind::connection, "storage_too_many_connections"},
                                               {"53400", Kind::unavailable, "storage_out_of_resources"},
                                               {"57014", Kind::unavailable, "storage_timeout"},
                                               {"57P01", Kind::connection, "storage_stopping"},
                                               {"08006", Kind::connection, "storage_lost"},
                                               {"26000", Kind::connection, "storage_statement_lost"},
                                               {"XX000", Kind::unavailable, "storage_internal_error"},
                                               {"23503", Kind::defect, ""},
                                               {"42601", Kind::defect, ""},
                                               {"", Kind::defect, ""}}) {
    EXPECT_EQ(classify_sqlstate(sqlstate).kind, kind) << sqlstate;
    EXPECT_STREQ(classify_sqlstate(sqlstate).reason, reason) << sqlstate;
  }
}

TEST(PostgresError, words_that_could_quote_a_value_are_not_told) {
  EXPECT_EQ(loggable("23505", "duplicate key value violates unique constraint \"account_username_key\""),
            "postgres: 23505 duplicate key value violates unique constraint \"account_username_key\"");
  EXPECT_EQ(loggable("22P02", "invalid input syntax for type bigint: \"alice@example.org\""), "postgres: 22P02");
  EXPECT_EQ(loggable("", "anything"), "postgres: ?????");
}

}  // namespace
}  // namespace gatehouse::db
