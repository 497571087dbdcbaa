#include "proxy/http/content.h"

#include <cstdint>

#include "proxy/http/request.h"

namespace wslb::proxy::http {
namespace {

constexpr std::size_t kRecordHeaderBytes = 5;
constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kClientHello = 1;
constexpr std::uint16_t kServerName = 0;

std::uint8_t octet(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(text[index]);
}

// A number in network order, and a text behind the length that it says; both take what they read.
std::optional<std::uint32_t> take_number(std::string_view& text, std::size_t bytes) {
  if (text.size() < bytes) return std::nullopt;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i) number = number << 8U | octet(text, i);
  text.remove_prefix(bytes);
  return number;
}

std::optional<std::string_view> take_vector(std::string_view& text, std::size_t length_bytes) {
  const auto length = take_number(text, length_bytes);
  if (!length || *length > text.size()) return std::nullopt;
  const std::string_view vector = text.substr(0, *length);
  text.remove_prefix(*length);
  return vector;
}

bool is_handshake(std::string_view content) {
  return content.size() > kRecordHeaderBytes && octet(content, 0) == kHandshakeRecord &&
         octet(content, 1) == 3;
}

// The body of a ClientHello that fits one record, as clients send it.
std::optional<std::string_view> client_hello(std::string_view content) {
  if (!is_handshake(content)) return std::nullopt;
  content.remove_prefix(3);
  auto record = take_vector(content, 2);
  if (!record || record->empty() || octet(*record, 0) != kClientHello) return std::nullopt;
  record->remove_prefix(1);
  return take_vector(*record, 3);
}

std::optional<std::string_view> extensions(std::string_view hello) {
  constexpr std::size_t kVersionAndRandom = 34;
  if (hello.size() < kVersionAndRandom) return std::nullopt;
  hello.remove_prefix(kVersionAndRandom);
  const bool whole = take_vector(hello, 1) && take_vector(hello, 2) && take_vector(hello, 1);
  return whole ? take_vector(hello, 2) : std::nullopt;
}

}  // namespace

bool is_http(std::string_view content) {
  RequestParser parser;
  return parser.parse(content) == ParseStatus::Complete;
}

std::optional<int> hello_type(std::string_view content) {
  if (!is_handshake(content)) return std::nullopt;
  return octet(content, kRecordHeaderBytes);
}

std::optional<std::string_view> client_hello_sni(std::string_view content) {
  const auto hello = client_hello(content);
  if (!hello) return std::nullopt;
  auto left = extensions(*hello);
  while (left && !left->empty()) {
    const auto type = take_number(*left, 2);
    auto extension = take_vector(*left, 2);
    if (!type || !extension) return std::nullopt;
    if (*type != kServerName) continue;
    auto names = take_vector(*extension, 2);
    if (!names) return std::nullopt;
    const auto kind = take_number(*names, 1);
    const auto name = take_vector(*names, 2);
    if (!kind || *kind != 0 || !name || name->empty()) return std::nullopt;
    return name;
  }
  return std::nullopt;
}

}  // namespace wslb::proxy::http
