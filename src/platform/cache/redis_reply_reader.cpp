#include "platform/cache/redis_reply_reader.hpp"

#include <hiredis/read.h>

#include <new>

#include "platform/base/unavailable.hpp"

namespace gatehouse::cache {

// hiredis calls these while it reads, through C frames: none may throw, nullptr stops the reader.
// An element is built in its place in the parent's array, which got its size before and no longer moves.
struct RedisReplyReader::Builder {
  static RedisReply* place(const redisReadTask* task, RedisReply reply) noexcept {
    if (task->parent == nullptr) return new (std::nothrow) RedisReply(std::move(reply));
    auto& siblings = std::get<RedisReply::Array>(static_cast<RedisReply*>(task->parent->obj)->value_);
    RedisReply& slot = siblings[static_cast<std::size_t>(task->idx)];
    slot = std::move(reply);
    return &slot;
  }

  static void* make_string(const redisReadTask* task, char* text, std::size_t size) noexcept {
    return place(task,
                 task->type == REDIS_REPLY_ERROR ? RedisReply::error({text, size}) : RedisReply::text({text, size}));
  }
  static void* make_array(const redisReadTask* task, int elements) noexcept {
    auto& announced = *static_cast<std::size_t*>(task->privdata);
    // A few bytes announce an array and cost its whole memory, again on each level: all levels share one bound.
    if (elements < 0 || static_cast<std::size_t>(elements) > kMaxElements - announced) return nullptr;
    announced += static_cast<std::size_t>(elements);
    return place(task, RedisReply::array(RedisReply::Array(static_cast<std::size_t>(elements))));
  }
  static void* make_integer(const redisReadTask* task, long long value) noexcept {
    return place(task, RedisReply::integer(value));
  }
  static void* make_nil(const redisReadTask* task) noexcept { return place(task, RedisReply()); }
  static void free(void* root) noexcept { delete static_cast<RedisReply*>(root); }
};

RedisReplyReader::RedisReplyReader(std::size_t max_reply) : max_reply_(max_reply), reader_(nullptr, redisReaderFree) {
  static redisReplyObjectFunctions functions{Builder::make_string, Builder::make_array, Builder::make_integer,
                                             Builder::make_nil, Builder::free};
  reader_.reset(redisReaderCreateWithFunctions(&functions));
  if (!reader_) throw std::bad_alloc();
  reader_->privdata = &elements_;
}

RedisReplyReader::~RedisReplyReader() = default;

void RedisReplyReader::feed(std::string_view bytes) {
  redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
  pending_ += bytes.size();
}

std::optional<RedisReply> RedisReplyReader::next() {
  void* root = nullptr;
  if (redisReaderGetReply(reader_.get(), &root) != REDIS_OK) {
    throw base::Unavailable(reader_->err == REDIS_ERR_OOM ? "redis_reply_too_large" : "redis_protocol");
  }
  if (root == nullptr) {
    if (pending_ > max_reply_) throw base::Unavailable("redis_reply_too_large");
    return std::nullopt;
  }
  const std::unique_ptr<RedisReply> owner(static_cast<RedisReply*>(root));
  pending_ = reader_->len - reader_->pos;  // of the replies behind it
  elements_ = 0;
  return std::move(*owner);
}

bool RedisReplyReader::has_rest() const noexcept { return reader_->pos < reader_->len; }

}  // namespace gatehouse::cache
