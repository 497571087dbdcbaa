#include "proxy/http/credentials.h"

#include <algorithm>
#include <array>
#include <memory>

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "proxy/http/characters.h"
#include "proxy/http/encoding.h"

namespace wslb::proxy::http {
namespace {

bool is_password(const config::User& user, const std::string& given) {
  if (user.password.empty()) return false;
  if (!user.hashed) return equal_in_constant_time(given, user.password);
  if (given.find('\0') != std::string::npos) return false;  // crypt() would not see the rest
  const auto work = std::make_unique<crypt_data>();
  const char* const hash = ::crypt_r(given.c_str(), user.password.c_str(), work.get());
  return hash != nullptr && equal_in_constant_time(hash, user.password);
}

}  // namespace

// Of digests, since the length of a password is a secret too.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  const auto digest = [](std::string_view text) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> bytes{};
    ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data());
    return bytes;
  };
  const auto one = digest(a);
  const auto other = digest(b);
  return ::CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::optional<Authorization> authorization(const Fields& fields, std::string_view name) {
  const auto field = fields.find(name);
  if (!field) return std::nullopt;
  const std::size_t blank = field->find(' ');
  if (blank == 0 || blank == std::string_view::npos) return std::nullopt;
  return Authorization{field->substr(0, blank), trimmed(field->substr(blank))};
}

std::optional<Credentials> basic_credentials(const Fields& fields) {
  const auto given = authorization(fields);
  if (!given || !equal_ignoring_case(given->scheme, "Basic")) return std::nullopt;
  const auto text = base64_decode(given->value);
  if (!text) return std::nullopt;
  const std::size_t colon = text->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return Credentials{text->substr(0, colon), text->substr(colon + 1)};
}

const config::User* authentic_user(const config::Userlist& list, const Fields& fields) {
  const auto given = basic_credentials(fields);
  if (!given) return nullptr;
  const auto user = std::ranges::find(list.users, given->user, &config::User::name);
  const bool known = user != list.users.end() && is_password(*user, given->password);
  return known ? &*user : nullptr;
}

}  // namespace wslb::proxy::http
