#include "platform/cache/redis_connection.hpp"

#include <hiredis/hiredis.h>
#include <openssl/crypto.h>

#include <array>
#include <new>
#include <utility>

#include "platform/base/unavailable.hpp"

namespace gatehouse::cache {
namespace {

// What may hold a password does not outlive its use, however that ends.
struct WipeAtEnd {
  std::string& bytes;
  ~WipeAtEnd() { base::wipe(bytes); }
};

}  // namespace

RedisConnection::RedisConnection(const RedisEndpoint& endpoint, std::shared_ptr<const RedisTls> tls,
                                 const RedisConnectionOptions& options, base::SteadyPoint deadline)
    : endpoint_(endpoint), tls_(std::move(tls)), socket_(endpoint, tls_.get(), deadline), reader_(options.max_reply) {}

void RedisConnection::sign_in(const RedisUrl& url, const RedisConnectionOptions& options, base::SteadyPoint deadline) {
  std::vector<RedisCommand> steps;
  if (!url.password.empty()) {
    RedisCommand auth{"AUTH"};
    if (!url.user.empty()) auth.push_back(url.user);
    auth.emplace_back(url.password.expose());
    steps.push_back(std::move(auth));
  }
  if (url.database != 0) steps.push_back({"SELECT", std::to_string(url.database)});
  if (!options.client_name.empty()) steps.push_back({"CLIENT", "SETNAME", options.client_name});
  // Without a password nothing above would tell that one is wanted, or that the server is still loading its data.
  steps.push_back({"PING"});
  const WipeAtEnd wipe_password{steps.front().back()};
  const auto replies = pipeline(steps, deadline);
  for (const auto& reply : replies) {
    if (reply.is_error("LOADING") || reply.is_error("MASTERDOWN")) throw base::Unavailable("redis_loading");
    if (reply.is_error()) throw base::Unavailable("redis_refused");
  }
}

RedisReply RedisConnection::command(const RedisCommand& words, base::SteadyPoint deadline) {
  return std::move(pipeline({&words, 1}, deadline).front());
}

std::vector<RedisReply> RedisConnection::pipeline(std::span<const RedisCommand> commands, base::SteadyPoint deadline) {
  std::string out;
  const WipeAtEnd wipe_sent{out};
  for (const auto& words : commands) encode(words, out);
  send(out, deadline);
  std::vector<RedisReply> replies;
  replies.reserve(commands.size());
  while (replies.size() < commands.size()) replies.push_back(receive(deadline));
  return replies;
}

RedisReply RedisConnection::receive(base::SteadyPoint deadline) {
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    if (auto reply = reader_.next()) return std::move(*reply);
    reader_.feed({buffer.data(), socket_.read(buffer.data(), buffer.size(), deadline)});
  }
}

void encode(const RedisCommand& words, std::string& out) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const auto& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* encoded = nullptr;
  const int size = redisFormatCommandArgv(&encoded, static_cast<int>(words.size()), texts.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  out.append(encoded, static_cast<std::size_t>(size));
  OPENSSL_cleanse(encoded, static_cast<std::size_t>(size));
  redisFreeCommand(encoded);
}

}  // namespace gatehouse::cache
