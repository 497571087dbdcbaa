#include "proxy/http/conversion.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/http/arithmetic.h"
#include "proxy/http/characters.h"
#include "proxy/http/credentials.h"
#include "proxy/http/digest.h"
#include "proxy/http/encoding.h"
#include "proxy/http/stick_state.h"
#include "proxy/http/text_piece.h"

// Text and numbers are converted apart.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"

namespace wslb::proxy::http {
namespace {

using config::Conversion;
using config::Converter;
using Converted = std::optional<Value>;

constexpr std::size_t kTextBytesMax = 16 * 1024;

// Text that a converter made; too long a one counts as none.
Converted made(std::string text) {
  if (text.size() > kTextBytesMax) return std::nullopt;
  return Value::text(std::move(text));
}

Converted made(std::optional<std::string> text) {
  return text ? made(std::move(*text)) : std::nullopt;
}

template <typename Change>
Converted map(std::string_view text, Change change) {
  std::string changed(text);
  std::ranges::transform(changed, changed.begin(), change);
  return Value::text(std::move(changed));
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

std::string variable_text(const Conversion& conversion, const Transaction& transaction) {
  if (!conversion.variable) return "";
  const Value* const value = transaction.find(*conversion.variable);
  return value == nullptr ? "" : value->to_string();
}

Converted hmac_of(const Conversion& conversion, std::string_view text,
                  const Transaction& transaction) {
  const std::string given =
      conversion.variable ? variable_text(conversion, transaction) : conversion.second;
  const auto key = base64_decode(given);
  return key ? made(hmac(conversion.text, *key, text)) : std::nullopt;
}

Converted compare_securely(const Conversion& conversion, std::string_view text,
                           const Transaction& transaction) {
  const Value* const other = transaction.find(*conversion.variable);
  if (other == nullptr) return std::nullopt;
  return Value::of(equal_in_constant_time(text, other->to_string()));
}

Chunks chunks_of(const Conversion& conversion) {
  return {conversion.text, static_cast<std::size_t>(conversion.number), conversion.count != 0};
}

Converted compare(const Conversion& conversion, std::string_view text,
                  const Transaction& transaction) {
  if (transaction.find(*conversion.variable) == nullptr) return std::nullopt;
  const int order = text.compare(variable_text(conversion, transaction));
  return Value::of(std::int64_t{order < 0 ? -1 : order > 0 ? 1 : 0});
}

Converted substitute(const Conversion& conversion, std::string_view text) {
  std::string replaced;
  const bool changed = conversion.regex->replace(
      text, {.text = conversion.second, .everywhere = conversion.count != 0}, replaced);
  return changed ? Value::text(std::move(replaced)) : Value::text(std::string(text));
}

Converted hex_to_int(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  return Value::of(static_cast<std::int64_t>(number));
}

// "[::1]:80" and "a.b:80" without and of their port.
std::size_t host_end(std::string_view text) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return std::min(colon, text.size());
}

Converted port(std::string_view text) {
  text.remove_prefix(std::min(host_end(text) + 1, text.size()));
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return Value::of(number);
}

Converted bytes(const Conversion& conversion, std::string_view text, bool to_end) {
  const auto offset = std::min(static_cast<std::size_t>(conversion.number), text.size());
  const auto length = to_end ? std::string_view::npos : static_cast<std::size_t>(conversion.count);
  return made(std::string(text.substr(offset, length)));
}

Converted mask(const Conversion& conversion, const Value& value) {
  const auto address = value.to_address();
  if (!address) return std::nullopt;
  const auto bits = address->is_v4() ? conversion.number : conversion.count;
  if (bits < 0) return std::nullopt;
  std::array<std::uint8_t, 16> kept{};
  std::size_t i = 0;
  for (const auto byte : address->bytes()) {
    const auto left = std::clamp<std::int64_t>(bits - static_cast<std::int64_t>(i) * 8, 0, 8);
    kept.at(i++) = static_cast<std::uint8_t>(byte & (0xff00U >> static_cast<unsigned>(left)));
  }
  return Value::of(base::IpAddress::from_bytes(base::ByteView(kept.data(), i)));
}

Converted convert_bytes(const Conversion& conversion, std::string_view text,
                        const Transaction& transaction) {
  switch (conversion.converter) {
    case Converter::Digest:
      return made(digest(conversion.text, text));
    case Converter::Hmac:
      return hmac_of(conversion, text, transaction);
    case Converter::BytesToHex:
      return made(bytes_to_hex(text, chunks_of(conversion)));
    case Converter::BytesToDecimal:
      return made(bytes_to_decimal(text, chunks_of(conversion)));
    case Converter::SecureCompare:
      return compare_securely(conversion, text, transaction);
    default:
      return std::nullopt;
  }
}

Converted convert_text(const Conversion& conversion, std::string_view text,
                       const Transaction& transaction) {
  switch (conversion.converter) {
    case Converter::Lower:
      return map(text, lower);
    case Converter::Upper:
      return map(text, upper);
    case Converter::Length:
      return Value::of(static_cast<std::int64_t>(text.size()));
    case Converter::Field:
    case Converter::Word: {
      const auto piece = text_piece(text, {.index = conversion.number,
                                           .count = conversion.count,
                                           .delimiters = conversion.text,
                                           .merges = conversion.converter == Converter::Word});
      // A field that is not there has no value, a word that is not there is empty, as in HAProxy.
      if (!piece && conversion.converter == Converter::Field) return std::nullopt;
      return made(std::string(piece.value_or("")));
    }
    case Converter::Bytes:
      return bytes(conversion, text, conversion.count == 0);
    case Converter::TrimLeft:
      return made(
          std::string(text.substr(std::min(text.find_first_not_of(conversion.text), text.size()))));
    case Converter::TrimRight:
      return made(std::string(text.substr(0, text.find_last_not_of(conversion.text) + 1)));
    case Converter::Substitute:
      return substitute(conversion, text);
    case Converter::Base64Encode:
      return made(base64_encode(text));
    case Converter::Base64Decode:
      return made(base64_decode(text));
    case Converter::Base64UrlEncode:
      return made(base64url_encode(text));
    case Converter::Base64UrlDecode:
      return made(base64url_decode(text));
    case Converter::HexEncode:
      return made(hex_encode(text));
    case Converter::HexToInt:
      return hex_to_int(text);
    case Converter::UrlDecode:
      return made(url_decode(text, conversion.number != 0));
    case Converter::UrlEncode:
      return made(url_encode(text));
    case Converter::Concat:
      return made(std::string(text)
                      .append(conversion.text)
                      .append(variable_text(conversion, transaction))
                      .append(conversion.second));
    case Converter::CompareText:
      return compare(conversion, text, transaction);
    case Converter::CutAtLineEnd:
      return made(std::string(text.substr(0, text.find_first_of("\r\n"))));
    case Converter::HostOnly:
      return made(std::string(text.substr(0, host_end(text))));
    case Converter::PortOnly:
      return port(text);
    default:
      return convert_bytes(conversion, text, transaction);
  }
}

}  // namespace

Converted cast(const Value& value, config::SampleType type) {
  if (value.type() == type) return value;
  switch (type) {
    case config::SampleType::Bool: {
      const auto number = value.to_int();
      return number ? Converted(Value::of(*number != 0)) : std::nullopt;
    }
    case config::SampleType::Int: {
      const auto number = value.to_int();
      return number ? Converted(Value::of(*number)) : std::nullopt;
    }
    case config::SampleType::Address: {
      const auto address = value.to_address();
      return address ? Converted(Value::of(*address)) : std::nullopt;
    }
    case config::SampleType::Text:
      return Value::text(value.to_string());
  }
  return std::nullopt;
}

Converted convert(const Conversion& conversion, const Value& value,
                  const Transaction& transaction) {
  if (conversion.converter == Converter::Mask) return mask(conversion, value);
  if (conversion.converter == Converter::StickLookup) {
    if (transaction.stick == nullptr) return std::nullopt;
    return transaction.stick->value(*conversion.stick, &value);
  }
  if (conversion.converter == Converter::IfElse) {
    const auto truth = value.to_int();
    if (!truth) return std::nullopt;
    return Value::view(*truth != 0 ? conversion.text : conversion.second);
  }
  if (conversion.converter < Converter::ToBool) {
    std::string scratch;
    return convert_text(conversion, value.to_text(scratch), transaction);
  }
  const auto number = value.to_int();
  if (!number) return std::nullopt;
  std::int64_t operand = conversion.number;
  if (conversion.variable) {
    const Value* const variable = transaction.find(*conversion.variable);
    const auto read = variable == nullptr ? std::nullopt : variable->to_int();
    if (!read) return std::nullopt;
    operand = *read;
  }
  return calculate(conversion.converter, *number, operand);
}

}  // namespace wslb::proxy::http

#pragma GCC diagnostic pop
