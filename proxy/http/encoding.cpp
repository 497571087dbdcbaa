#include "proxy/http/encoding.h"

#include <algorithm>
#include <cassert>

#include <openssl/evp.h>

#include "proxy/http/characters.h"

namespace wslb::proxy::http {
namespace {

constexpr std::string_view kUpperHex = "0123456789ABCDEF";

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned digit(char c) {
  const std::size_t value = kUpperHex.find(c >= 'a' ? static_cast<char>(c - ('a' - 'A')) : c);
  assert(value != std::string_view::npos);
  return static_cast<unsigned>(value);
}

void append_hex(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out += kUpperHex[byte >> 4U];
  out += kUpperHex[byte & 15U];
}

}  // namespace

std::string base64_encode(std::string_view text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');  // and OpenSSL's NUL
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), octets(text),
                                   static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string base64url_encode(std::string_view text) {
  std::string out = base64_encode(text);
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  while (out.ends_with('=')) out.pop_back();
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string_view digits = text;
  for (int i = 0; i < 2 && digits.ends_with('='); ++i) digits.remove_suffix(1);
  if (!all(kBase64Char, digits)) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), octets(text),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  out.resize(static_cast<std::size_t>(size) - (text.size() - digits.size()));
  return out;
}

std::optional<std::string> base64url_decode(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  while (standard.size() % 4 != 0) standard += '=';
  return base64_decode(standard);
}

std::string hex_encode(std::string_view text) {
  std::string out;
  for (const char c : text) append_hex(out, c);
  return out;
}

std::string log_encode(std::string_view text, std::string_view also) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code >= 0x7f || also.find(c) != std::string_view::npos) {
      out += {'#', kDigits[code >> 4U], kDigits[code & 15U]};
    } else {
      out += c;
    }
  }
  return out;
}

std::string url_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool unreserved =
        is(kHostChar, c) && std::string_view("!$&'()*+,;=").find(c) == std::string_view::npos;
    if (unreserved) {
      out += c;
    } else {
      out += '%';
      append_hex(out, c);
    }
  }
  return out;
}

std::optional<std::string> url_decode(std::string_view text, bool form) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !is(kHexDigit, text[i + 1]) || !is(kHexDigit, text[i + 2])) {
        return std::nullopt;
      }
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      if (text[i] == '?') form = true;
      out += form && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace wslb::proxy::http
