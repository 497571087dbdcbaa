#include "vrrp/keyring.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

namespace wslb::vrrp {

namespace {

constexpr std::size_t base64_length = 44;  // of 32 bytes
constexpr std::string_view blanks = " \t\r";

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = line.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const auto end = std::min(line.find_first_of(blanks), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

std::optional<std::uint8_t> parse_id(std::string_view text) {
  std::uint8_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id == 0) return std::nullopt;
  return id;
}

std::optional<AuthKey> parse_base64(std::string_view text) {
  // 44 characters make 33 bytes, of which the last is padding.
  std::array<std::uint8_t, 33> bytes{};
  if (text.size() != base64_length || !text.ends_with('=') || text[base64_length - 2] == '=') {
    return std::nullopt;
  }
  const auto* begin = reinterpret_cast<const unsigned char*>(text.data());
  if (EVP_DecodeBlock(bytes.data(), begin, static_cast<int>(text.size())) != 33) {
    return std::nullopt;
  }
  AuthKey key{};
  std::copy_n(bytes.begin(), key.size(), key.begin());
  return key;
}

// RFC 5869, without salt. OpenSSL fails here only for want of memory.
std::optional<AuthKey> derive(const AuthKey& secret, std::string_view purpose) {
  EVP_KDF* kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  EVP_KDF_CTX* context = EVP_KDF_CTX_new(kdf);
  EVP_KDF_free(kdf);
  std::string digest = "SHA256";
  AuthKey input = secret;
  std::string info(purpose);
  const std::array<OSSL_PARAM, 4> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, input.data(), input.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  AuthKey key{};
  const bool done =
      context != nullptr && EVP_KDF_derive(context, key.data(), key.size(), parameters.data()) == 1;
  EVP_KDF_CTX_free(context);
  if (!done) return std::nullopt;
  return key;
}

base::Result<NumberedKey> parse_line(const std::vector<std::string_view>& words,
                                     std::string_view purpose) {
  const auto id = words.size() == 2 ? parse_id(words.front()) : std::uint8_t{1};
  if (!id) return base::Error{"expects a key's id from 1 to 255 in front"};
  const auto secret = words.size() <= 2 ? parse_base64(words.back()) : std::nullopt;
  if (!secret) {
    return base::Error{"expects 32 bytes in base64, as 'wslbctl keygen' prints them"};
  }
  const auto key = derive(*secret, purpose);
  if (!key) return base::Error{"OpenSSL cannot derive a key from it"};
  return NumberedKey{*id, *key};
}

}  // namespace

base::Result<Keyring> parse_secret(std::string_view text, std::string_view purpose) {
  Keyring keys;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::vector<std::string_view> words = words_of(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.empty() || words.front().starts_with('#')) continue;
    const std::string place = "line " + std::to_string(number) + ": ";
    const auto key = parse_line(words, purpose);
    if (!key) return base::Error{place + key.error().message};
    if (std::ranges::count(keys, key->id, &NumberedKey::id) > 0) {
      return base::Error{place + "the key's id " + std::to_string(key->id) + " was used before"};
    }
    keys.push_back(*key);
  }
  if (keys.empty()) return base::Error{"there is no key in it; make one by 'wslbctl keygen'"};
  return keys;
}

}  // namespace wslb::vrrp
