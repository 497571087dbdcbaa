#include "proxy/http/digest.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "proxy/http/encoding.h"

namespace wslb::proxy::http {
namespace {

using Bytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string text_of(const Bytes& bytes, unsigned size) {
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

template <typename Write>
std::string in_chunks(std::string_view bytes, const Chunks& chunks, Write write) {
  const std::size_t size = chunks.size == 0 ? 1 : chunks.size;
  std::string out;
  while (!bytes.empty()) {
    const std::string_view chunk = bytes.substr(0, size);
    bytes.remove_prefix(chunk.size());
    if (chunk.size() < size && chunks.truncates) break;
    if (!out.empty() && chunks.size > 0) out += chunks.separator;
    out += write(chunk);
  }
  return out;
}

}  // namespace

std::optional<std::string> digest(const std::string& algorithm, std::string_view text) {
  const EVP_MD* const method = ::EVP_get_digestbyname(algorithm.c_str());
  Bytes bytes{};
  unsigned size = 0;
  if (method == nullptr ||
      ::EVP_Digest(text.data(), text.size(), bytes.data(), &size, method, nullptr) != 1) {
    return std::nullopt;
  }
  return text_of(bytes, size);
}

std::optional<std::string> hmac(const std::string& algorithm, std::string_view key,
                                std::string_view text) {
  const EVP_MD* const method = ::EVP_get_digestbyname(algorithm.c_str());
  if (method == nullptr) return std::nullopt;
  Bytes bytes{};
  unsigned size = 0;
  const auto* const data = reinterpret_cast<const unsigned char*>(text.data());
  if (::HMAC(method, key.data(), static_cast<int>(key.size()), data, text.size(), bytes.data(),
             &size) == nullptr) {
    return std::nullopt;
  }
  return text_of(bytes, size);
}

std::string bytes_to_hex(std::string_view bytes, const Chunks& chunks) {
  return in_chunks(bytes, chunks, [](std::string_view chunk) { return hex_encode(chunk); });
}

std::string bytes_to_decimal(std::string_view bytes, const Chunks& chunks) {
  return in_chunks(bytes, chunks, [](std::string_view chunk) {
    std::uint64_t number = 0;
    for (const char c : chunk) number = number << 8U | static_cast<unsigned char>(c);
    return std::to_string(number);
  });
}

}  // namespace wslb::proxy::http
