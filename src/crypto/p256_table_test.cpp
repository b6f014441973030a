#include "crypto/p256_table.hpp"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <string>

#include "crypto/jwt_test_support.hpp"
#include "platform/base/random.hpp"

// Small arithmetic on the curve, to make the signatures that no signer makes but by luck.
namespace gatehouse::crypto {
namespace {

using namespace test;

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using Point = std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)>;

class Curve {
 public:
  ~Curve() {
    BN_CTX_free(context_);
    EC_GROUP_free(group_);
  }
  Number number(BN_ULONG value = 0) const {
    Number made(BN_new(), BN_free);
    BN_set_word(made.get(), value);
    return made;
  }
  Number random() const {
    auto made = number();
    BN_rand_range(made.get(), order());
    return made;
  }
  Number product(const Number& a, const Number& b) const {
    auto made = number();
    BN_mod_mul(made.get(), a.get(), b.get(), order(), context_);
    return made;
  }
  Number inverse(const Number& of) const {
    auto made = number();
    BN_mod_inverse(made.get(), of.get(), order(), context_);
    return made;
  }
  Number negative(const Number& of) const {
    auto made = number();
    BN_mod_sub(made.get(), number().get(), of.get(), order(), context_);
    return made;
  }
  // scalar · base + other_scalar · other
  Point sum(const BIGNUM* scalar, const Point* other, const BIGNUM* other_scalar) const {
    Point made(EC_POINT_new(group_), EC_POINT_free);
    EC_POINT_mul(group_, made.get(), scalar, other == nullptr ? nullptr : other->get(), other_scalar, context_);
    return made;
  }
  // The point with the smallest x of at least `x` that is on the curve.
  Point lift(Number x) const {
    Point made(EC_POINT_new(group_), EC_POINT_free);
    while (EC_POINT_set_compressed_coordinates(group_, made.get(), x.get(), 0, context_) != 1) BN_add_word(x.get(), 1);
    return made;
  }
  Number x_of(const Point& point) const {
    auto x = number();
    EC_POINT_get_affine_coordinates(group_, point.get(), x.get(), nullptr, context_);
    return x;
  }
  std::string encoded(const Point& point) const {
    std::string out(65, '\0');
    EC_POINT_point2oct(group_, point.get(), POINT_CONVERSION_UNCOMPRESSED, reinterpret_cast<unsigned char*>(out.data()),
                       out.size(), context_);
    return out;
  }
  const BIGNUM* order() const { return EC_GROUP_get0_order(group_); }

 private:
  EC_GROUP* group_ = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  BN_CTX* context_ = BN_CTX_new();
};

std::string bytes(const BIGNUM* number) {
  std::string out(32, '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), 32);
  return out;
}

// What key checks with the table and what with OpenSSL alone.
struct Two {
  SigningKey key;
  VerificationKey plain;
  VerificationKey prepared;

  static Two make(base::Random& random) {
    auto key = SigningKey::generate(Algorithm::es256, random);
    auto plain = *VerificationKey::from_jwk(key.public_jwk(), Algorithm::es256);
    auto prepared = *VerificationKey::from_jwk(key.public_jwk(), Algorithm::es256);
    prepared.prepare();
    return {std::move(key), std::move(plain), std::move(prepared)};
  }
};

TEST(P256Table, says_what_openssl_says_of_signatures_and_of_what_a_bit_makes_of_them) {
  base::SystemRandom random;
  for (int round = 0; round < 3; ++round) {
    const Two with = Two::make(random);
    for (int i = 0; i < 200; ++i) {
      const std::string text = random.bytes(20);
      std::string signature = with.key.sign(text);
      ASSERT_TRUE(with.prepared.verify(text, signature));
      EXPECT_FALSE(with.prepared.verify(text + " ", signature));
      signature[static_cast<std::size_t>(i) % signature.size()] ^= static_cast<char>(1 << (i % 8));
      EXPECT_FALSE(with.prepared.verify(text, signature));
      EXPECT_EQ(with.prepared.verify(text, signature), with.plain.verify(text, signature));
    }
  }
}

TEST(P256Table, T12_zero_and_what_is_not_below_the_order_is_refused_before_any_arithmetic) {
  base::SystemRandom random;
  const Two with = Two::make(random);
  const Curve curve;
  const std::string good = with.key.sign("text");
  const std::string zero(32, '\0');
  const std::string order = bytes(curve.order());
  const std::string most(32, '\xFF');
  for (const auto& bad : {zero, order, most}) {
    EXPECT_FALSE(with.prepared.verify("text", bad + bad));
    EXPECT_FALSE(with.prepared.verify("text", good.substr(0, 32) + bad));
    EXPECT_FALSE(with.prepared.verify("text", bad + good.substr(32)));
  }
  EXPECT_FALSE(with.prepared.verify("text", good.substr(1)));
  EXPECT_FALSE(with.prepared.verify("text", good + std::string(1, '\0')));
}

// Key, digest and signature for u1 · G + u2 · Q as wanted: with any r and u2, s = r / u2 and digest = u1 · s.
struct Made {
  std::string key, digest, r, s;
};
Made make(const Curve& curve, const Point& key, const Number& of_base, const Number& of_key, const Number& r) {
  const auto s = curve.product(r, curve.inverse(of_key));
  return {curve.encoded(key), bytes(curve.product(of_base, s).get()), bytes(r.get()), bytes(s.get())};
}
bool holds(const Made& made) { return P256Table(made.key).verify(made.digest, made.r, made.s); }

TEST(P256Table, a_sum_at_infinity_is_no_signature) {
  const Curve curve;
  const auto secret = curve.random();
  const auto key = curve.sum(secret.get(), nullptr, nullptr);
  const auto of_key = curve.random();
  const auto of_base = curve.negative(curve.product(of_key, secret));
  EXPECT_FALSE(holds(make(curve, key, of_base, of_key, curve.random())));
}

TEST(P256Table, two_equal_halves_are_doubled) {
  const Curve curve;
  const auto secret = curve.random();
  const auto key = curve.sum(secret.get(), nullptr, nullptr);
  const auto of_key = curve.random();
  const auto of_base = curve.product(of_key, secret);
  const auto twice = curve.product(of_base, curve.number(2));
  const auto x = curve.x_of(curve.sum(twice.get(), nullptr, nullptr));
  auto r = curve.number();
  BN_nnmod(r.get(), x.get(), curve.order(),
           std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)>(BN_CTX_new(), BN_CTX_free).get());
  EXPECT_TRUE(holds(make(curve, key, of_base, of_key, r)));
  EXPECT_FALSE(holds(make(curve, key, of_base, of_key, curve.random())));
}

TEST(P256Table, an_x_beyond_the_order_is_reduced) {
  const Curve curve;
  // R with x in n … p-1; Q = (R - u1 · G) / u2.
  auto from_order = curve.number();
  BN_add(from_order.get(), curve.order(), curve.number(7).get());
  const auto wanted = curve.lift(std::move(from_order));
  const auto of_base = curve.random();
  const auto of_key = curve.random();
  const auto weight = curve.inverse(of_key);
  const auto minus = curve.negative(curve.product(of_base, weight));
  const auto key = curve.sum(minus.get(), &wanted, weight.get());
  auto r = curve.number();
  BN_sub(r.get(), curve.x_of(wanted).get(), curve.order());
  EXPECT_TRUE(holds(make(curve, key, of_base, of_key, r)));
}

TEST(P256Table, a_digest_of_zero_leaves_the_key_alone) {
  const Curve curve;
  const auto key = curve.sum(curve.random().get(), nullptr, nullptr);
  const auto of_key = curve.random();
  auto r = curve.number();
  BN_nnmod(r.get(), curve.x_of(curve.sum(nullptr, &key, of_key.get())).get(), curve.order(),
           std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)>(BN_CTX_new(), BN_CTX_free).get());
  EXPECT_TRUE(holds(make(curve, key, curve.number(), of_key, r)));
}

}  // namespace
}  // namespace gatehouse::crypto
