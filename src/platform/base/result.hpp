#pragma once

#include <boost/system/result.hpp>

namespace gatehouse::base {

// What a call that is expected to fail returns: a value, or one entry of its domain's error enumeration.
// `if (!r) return r.error();` then `*r`. Never call value(): it throws, and expected failures are not exceptions.
template <class T, class E>
using Result = boost::system::result<T, E>;

}  // namespace gatehouse::base
