#include "web/return_address.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <fstream>
#include <iterator>

namespace gatehouse::web {
namespace {

// The same list that web/test/return_address.test.ts goes through: client and server must agree.
boost::json::object shared_list() {
  std::ifstream file(GATEHOUSE_SOURCE_DIR "/tests/support/return_addresses.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return boost::json::parse(text).as_object();
}

std::vector<std::string> texts(const boost::json::value& array) {
  std::vector<std::string> out;
  for (const auto& item : array.as_array()) out.emplace_back(item.as_string());
  return out;
}

TEST(ReturnAddress, G12_nothing_that_could_be_another_host_is_taken) {
  const auto list = shared_list();
  const auto refused = texts(list.at("refused"));
  ASSERT_GT(refused.size(), 40U);
  for (const auto& address : refused) EXPECT_FALSE(may_return_to(address, texts(list.at("origins")))) << address;
}

TEST(ReturnAddress, own_paths_and_listed_origins_are_taken) {
  const auto list = shared_list();
  for (const auto& address : texts(list.at("allowed"))) {
    EXPECT_TRUE(may_return_to(address, texts(list.at("origins")))) << address;
  }
}

TEST(ReturnAddress, without_a_list_no_other_origin_is_taken) {
  EXPECT_FALSE(may_return_to("https://app.example/", {}));
  EXPECT_TRUE(may_return_to("/page", {}));
}

TEST(ReturnAddress, is_bounded) {
  EXPECT_TRUE(may_return_to("/" + std::string(2047, 'a'), {}));
  EXPECT_FALSE(may_return_to("/" + std::string(2048, 'a'), {}));
}

}  // namespace
}  // namespace gatehouse::web
