#include "crypto/p256_table.hpp"

// EC_GROUP_precompute_mult is deprecated without a successor: a provider's key has no such table.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <cstdlib>

namespace gatehouse::crypto {
namespace {

template <class T, void (*Free)(T*)>
struct FreeWith {
  void operator()(T* pointer) const noexcept { Free(pointer); }
};
template <class T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, FreeWith<T, Free>>;
using Group = Owned<EC_GROUP, EC_GROUP_free>;
using Point = Owned<EC_POINT, EC_POINT_free>;
using Number = Owned<BIGNUM, BN_free>;

// Only memory can be lacking in what OpenSSL is asked for here.
void must(bool done) {
  if (!done) std::abort();
}

void read(std::string_view big_endian, BIGNUM* number) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(big_endian.data());
  must(BN_bin2bn(bytes, static_cast<int>(big_endian.size()), number) != nullptr);
}

Group curve() {
  Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  must(group != nullptr);
  return group;
}

// What a check works in; a thread's own.
struct Scratch {
  Scratch() { must(context && digest && r && s && inverse && of_base && of_key && x && sum && addend); }

  Owned<BN_CTX, BN_CTX_free> context{BN_CTX_new()};
  Number digest{BN_new()}, r{BN_new()}, s{BN_new()}, inverse{BN_new()}, of_base{BN_new()}, of_key{BN_new()},
      x{BN_new()};
  Group group = curve();
  Point sum{EC_POINT_new(group.get())}, addend{EC_POINT_new(group.get())};
};

Scratch& scratch_of_this_thread() {
  thread_local Scratch scratch;
  return scratch;
}

}  // namespace

struct P256Table::Groups {
  Group base = curve();
  Group key = curve();  // the same curve, with the public key as its generator
};

P256Table::P256Table(std::string_view point) {
  auto groups = std::make_unique<Groups>();
  const auto* const bytes = reinterpret_cast<const unsigned char*>(point.data());
  const Point generator(EC_POINT_new(groups->key.get()));
  const Owned<BN_CTX, BN_CTX_free> context(BN_CTX_new());
  must(generator && context);
  must(EC_POINT_oct2point(groups->key.get(), generator.get(), bytes, point.size(), context.get()) == 1);
  must(EC_GROUP_set_generator(groups->key.get(), generator.get(), EC_GROUP_get0_order(groups->base.get()),
                              EC_GROUP_get0_cofactor(groups->base.get())) == 1);
  must(EC_GROUP_precompute_mult(groups->key.get(), context.get()) == 1);
  groups_ = std::move(groups);
}

P256Table::~P256Table() = default;

bool P256Table::verify(std::string_view digest, std::string_view r, std::string_view s) const {
  Scratch& with = scratch_of_this_thread();
  BN_CTX* const context = with.context.get();
  const EC_GROUP* const base = groups_->base.get();
  const BIGNUM* const order = EC_GROUP_get0_order(base);
  read(digest, with.digest.get());  // as long as the order: all its bits count
  read(r, with.r.get());
  read(s, with.s.get());
  // w = 1/s; u1 = digest · w; u2 = r · w; (x, _) = u1 · G + u2 · Q; good when x mod n = r
  must(BN_mod_inverse(with.inverse.get(), with.s.get(), order, context) != nullptr);
  must(BN_mod_mul(with.of_base.get(), with.digest.get(), with.inverse.get(), order, context) == 1);
  must(BN_mod_mul(with.of_key.get(), with.r.get(), with.inverse.get(), order, context) == 1);
  must(EC_POINT_mul(base, with.sum.get(), with.of_base.get(), nullptr, nullptr, context) == 1);
  must(EC_POINT_mul(groups_->key.get(), with.addend.get(), with.of_key.get(), nullptr, nullptr, context) == 1);
  must(EC_POINT_add(base, with.sum.get(), with.sum.get(), with.addend.get(), context) == 1);
  if (EC_POINT_is_at_infinity(base, with.sum.get()) == 1) return false;
  must(EC_POINT_get_affine_coordinates(base, with.sum.get(), with.x.get(), nullptr, context) == 1);
  must(BN_nnmod(with.x.get(), with.x.get(), order, context) == 1);
  return BN_cmp(with.x.get(), with.r.get()) == 0;
}

}  // namespace gatehouse::crypto
