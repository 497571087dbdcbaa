// A value or the reason why there is none. Operating errors travel as values; programmer errors
// assert. Boost's class serves until C++23's std::expected; only `if (r)`, `*r`, `r->` and
// `r.error()` are used, never value(), which would throw.
#pragma once

#include <string>

#include <boost/system/result.hpp>

namespace wslb::base {

// One line for the operator: what, where, and what to do about it. No full stop, no newline.
struct Error {
  // Error{text}, in braces only: a constructor from a plain string would leave Result<std::string>
  // in doubt whether a string is its value or its error.
  Error() = default;  // boost asks for it
  Error(std::initializer_list<std::string> text) : message(*text.begin()) {}

  std::string message;

  bool operator==(const Error&) const = default;
};

template <typename T, typename E = Error>
using Result = boost::system::result<T, E>;

}  // namespace wslb::base
