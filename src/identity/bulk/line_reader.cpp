#include "identity/bulk/line_reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "identity/bulk/account_line.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

LineReader::LineReader(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t number)
    : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), offset_(offset), number_(number) {
  if (descriptor_ < 0) throw std::runtime_error(path.string() + ": " + std::strerror(errno));
  if (::lseek(descriptor_, static_cast<off_t>(offset), SEEK_SET) < 0) {
    const int error = errno;
    ::close(descriptor_);
    throw std::runtime_error(path.string() + ": " + std::strerror(error));
  }
}

LineReader::~LineReader() { ::close(descriptor_); }

bool LineReader::fill() {
  buffer_.resize(kBufferBytes);
  at_ = 0;
  ssize_t got = -1;
  do {
    got = ::read(descriptor_, buffer_.data(), buffer_.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw std::runtime_error(std::string("the file can't be read: ") + std::strerror(errno));
  buffer_.resize(static_cast<std::size_t>(got));
  return got > 0;
}

std::optional<LineReader::Line> LineReader::next() {
  Line line;
  bool ended = false;
  bool any = false;
  while (!ended && (at_ < buffer_.size() || fill())) {
    any = true;
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    const auto feed = rest.find('\n');
    ended = feed != std::string_view::npos;
    const auto piece = rest.substr(0, std::min(feed, rest.size()));
    line.too_long = line.too_long || line.text.size() + piece.size() > kMaxLineBytes;
    if (line.too_long) {
      line.text.clear();
    } else {
      line.text += piece;
    }
    const std::size_t taken = piece.size() + (ended ? 1 : 0);
    at_ += taken;
    offset_ += taken;
  }
  if (!any) return std::nullopt;
  line.number = ++number_;
  line.end = offset_;
  if (line.text.ends_with('\r')) line.text.pop_back();
  if (line.number == 1 && line.text.starts_with(kByteOrderMark)) line.text.erase(0, kByteOrderMark.size());
  return line;
}

}  // namespace gatehouse::identity
