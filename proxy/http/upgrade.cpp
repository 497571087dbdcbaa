#include "proxy/http/upgrade.h"

#include <array>
#include <optional>
#include <vector>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "proxy/http/characters.h"

namespace wslb::proxy::http {

namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

UpgradeRequest bad(std::string_view reason) {
  return {UpgradeRequest::Kind::Bad, {400, reason}, {}};
}

// Base64 of sixteen bytes: 22 characters and two of padding.
bool is_key(std::string_view key) {
  return key.size() == 24 && key.ends_with("==") && all(kBase64Char, key.substr(0, 22));
}

// The value of a field that must be there exactly once.
std::optional<std::string_view> only(const Fields& fields, std::string_view name) {
  return fields.count(name) == 1 ? fields.find(name) : std::nullopt;
}

}  // namespace

UpgradeRequest upgrade_request(const RequestHead& head, const Framing& framing) {
  // RFC 9110, section 7.8: Upgrade in HTTP/1.0 is ignored, and so is one that Connection lacks.
  const bool asked = head.version == Version::Http11 && head.fields.lists("Upgrade", "websocket") &&
                     head.fields.lists("Connection", "Upgrade");
  if (!asked) return {};
  if (head.method != "GET") return bad("WebSocket handshake without GET");
  const bool has_body = framing.kind != Framing::Kind::None && framing.length != 0;
  if (has_body) return bad("WebSocket handshake with a body");
  const auto key = only(head.fields, "Sec-WebSocket-Key");
  if (!key || !is_key(*key)) return bad("malformed Sec-WebSocket-Key");
  if (only(head.fields, "Sec-WebSocket-Version") != "13") {
    return bad("Sec-WebSocket-Version is not 13");
  }
  return {UpgradeRequest::Kind::WebSocket, {}, websocket_accept(*key)};
}

bool answers_upgrade(const ResponseHead& head, const UpgradeRequest& request) {
  if (request.kind != UpgradeRequest::Kind::WebSocket) return false;
  const auto upgrade = only(head.fields, "Upgrade");
  return head.status == 101 && head.version == Version::Http11 && upgrade &&
         equal_ignoring_case(*upgrade, "websocket") && head.fields.lists("Connection", "Upgrade") &&
         only(head.fields, "Sec-WebSocket-Accept") == request.accept;
}

std::string websocket_accept(std::string_view key) {
  std::vector<unsigned char> text(key.begin(), key.end());
  text.insert(text.end(), kGuid.begin(), kGuid.end());
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(text.data(), text.size(), digest.data());
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> encoded;
  const int size = EVP_EncodeBlock(encoded.data(), digest.data(), SHA_DIGEST_LENGTH);
  return {encoded.begin(), encoded.begin() + size};
}

}  // namespace wslb::proxy::http
