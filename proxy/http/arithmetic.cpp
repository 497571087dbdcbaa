#include "proxy/http/arithmetic.h"

#include <limits>

// Converters of text are not for here.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"

namespace wslb::proxy::http {
namespace {

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

std::int64_t add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? kHighest : kLowest;
}

std::int64_t negate(std::int64_t a) {
  return a == kLowest ? kHighest : -a;
}

std::int64_t multiply(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (!__builtin_mul_overflow(a, b, &product)) return product;
  return (a < 0) == (b < 0) ? kHighest : kLowest;
}

std::int64_t divide(std::int64_t a, std::int64_t b) {
  if (b == 0) return a > 0 ? kHighest : kLowest;
  if (b == -1) return negate(a);
  return a / b;
}

std::int64_t modulo(std::int64_t a, std::int64_t b) {
  return b == 0 || b == -1 ? 0 : a % b;
}

std::int64_t subtract(std::int64_t a, std::int64_t b) {
  std::int64_t difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return b < 0 ? kHighest : kLowest;
}

}  // namespace

Value calculate(config::Converter converter, std::int64_t number, std::int64_t operand) {
  using config::Converter;
  switch (converter) {
    case Converter::ToBool:
      return Value::of(number != 0);
    case Converter::Not:
      return Value::of(number == 0);
    case Converter::Odd:
      return Value::of(number % 2 != 0);
    case Converter::Even:
      return Value::of(number % 2 == 0);
    case Converter::Complement:
      return Value::of(~number);
    case Converter::Negate:
      return Value::of(negate(number));
    case Converter::Add:
      return Value::of(add(number, operand));
    case Converter::Subtract:
      return Value::of(subtract(number, operand));
    case Converter::Multiply:
      return Value::of(multiply(number, operand));
    case Converter::Divide:
      return Value::of(divide(number, operand));
    case Converter::Modulo:
      return Value::of(modulo(number, operand));
    case Converter::And:
      return Value::of(number & operand);
    case Converter::Or:
      return Value::of(number | operand);
    case Converter::Xor:
      return Value::of(number ^ operand);
    default:
      return Value::of(number);
  }
}

}  // namespace wslb::proxy::http

#pragma GCC diagnostic pop
