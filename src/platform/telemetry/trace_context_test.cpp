#include "platform/telemetry/trace_context.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gatehouse::telemetry {
namespace {

constexpr const char* kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContext, continues_a_valid_trace_under_a_new_span) {
  const auto context = TraceContext::from_header(kParent);
  EXPECT_EQ(context.trace_id_hex(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_TRUE(context.sampled);
  const std::string header = context.to_header();
  EXPECT_EQ(header.substr(0, 36), std::string(kParent).substr(0, 36));
  EXPECT_NE(header.substr(36, 16), "00f067aa0ba902b7");
  EXPECT_EQ(header.substr(52), "-01");
  EXPECT_EQ(context.parent_id, (std::array<std::uint8_t, 8>{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7}));
}

TEST(TraceContext, reads_the_sampled_bit_alone) {
  std::string header = kParent;
  header.replace(53, 2, "fe");
  EXPECT_FALSE(TraceContext::from_header(header).sampled);
  header.replace(53, 2, "ff");
  EXPECT_TRUE(TraceContext::from_header(header).sampled);
}

TEST(TraceContext, starts_a_trace_of_its_own_for_anything_not_strictly_valid) {
  const std::string cases[] = {
      "",
      "garbage",
      "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",    // another version
      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",    // forbidden version
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",    // upper case
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",    // no trace
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",    // no parent
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",     // too short
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",  // too long
      "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",    // no hexadecimal
      "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0\n",
  };
  for (const auto& header : cases) {
    const auto context = TraceContext::from_header(header);
    EXPECT_NE(context.trace_id_hex(), "4bf92f3577b34da6a3ce929d0e0e4736") << header;
    EXPECT_NE(context.trace_id_hex(), std::string(32, '0')) << header;
    EXPECT_FALSE(context.sampled) << header;
    EXPECT_FALSE(context.has_parent()) << header;
  }
}

TEST(TraceContext, never_repeats_an_identifier) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(seen.insert(TraceContext::from_header("").trace_id_hex()).second);
}

}  // namespace
}  // namespace gatehouse::telemetry
