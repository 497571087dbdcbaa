#include "proxy/http/engineio_handshake.h"

#include <algorithm>
#include <optional>

#include "proxy/http/engineio_query.h"

namespace wslb::proxy::http {
namespace {

// What a parser makes of the bytes so far: an id, nothing ever (empty), or wait for more (nullopt).
using Finding = std::optional<std::string_view>;

constexpr std::string_view kNever;
constexpr std::string_view kBlanks = " \t\r\n";

// The object of an open packet, of which the end may be missing.
class OpenPacket {
 public:
  explicit OpenPacket(std::string_view text) : rest_(text) {}

  Finding find_sid() {
    if (!skip_blanks()) return std::nullopt;
    if (!take('{')) return kNever;
    for (;;) {
      if (!skip_blanks()) return std::nullopt;
      if (!take('"')) return kNever;
      const auto key = take_string();
      if (!key || !skip_blanks()) return std::nullopt;
      if (!take(':')) return kNever;
      if (!skip_blanks()) return std::nullopt;
      if (*key == "sid") return sid_value();
      if (!skip_value()) return std::nullopt;
      if (!take(',')) return kNever;
    }
  }

 private:
  // False: the bytes end here.
  bool skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
    return !rest_.empty();
  }

  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Behind its opening quote, with its escapes as they are; nullopt: its end is missing.
  std::optional<std::string_view> take_string() {
    for (std::size_t at = 0; at < rest_.size(); ++at) {
      if (rest_[at] == '\\') {
        ++at;
      } else if (rest_[at] == '"') {
        const std::string_view text = rest_.substr(0, at);
        rest_.remove_prefix(at + 1);
        return text;
      }
    }
    return std::nullopt;
  }

  Finding sid_value() {
    if (!take('"')) return kNever;
    const auto is_plain = [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; };
    const auto end = std::ranges::find_if_not(rest_, is_plain);
    const auto size = static_cast<std::size_t>(end - rest_.begin());
    if (size > kEngineIoSidBytesMax) return kNever;
    if (end == rest_.end()) return std::nullopt;
    return *end == '"' ? rest_.substr(0, size) : kNever;
  }

  // Up to the comma or the bracket behind it; false: that is missing.
  bool skip_value() {
    int depth = 0;
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) return true;
      rest_.remove_prefix(1);
      if (c == '"' && !take_string()) return false;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
    }
    return false;
  }

  std::string_view rest_;
};

// '0' is the type of an open packet.
Finding find_in_packet(std::string_view packet) {
  if (packet.empty()) return std::nullopt;
  return packet.front() == '0' ? OpenPacket(packet.substr(1)).find_sid() : kNever;
}

constexpr std::size_t kLengthDigitsMax = 10;

// Protocol 3 writes the length before the packet: in digits and a colon, or, where it is binary, a
// zero, a byte for each digit and 255.
Finding find_in_body(std::string_view body) {
  if (body.empty()) return std::nullopt;
  const bool binary = body.front() == '\0';
  const std::string_view text = binary ? body.substr(1) : body;
  const auto is_digit = [binary](char c) {
    return binary ? c >= '\0' && c <= '\x09' : c >= '0' && c <= '9';
  };
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto digits = static_cast<std::size_t>(end - text.begin());
  if (digits > kLengthDigitsMax) return kNever;
  if (end == text.end()) return std::nullopt;
  if (digits > 0 && *end == (binary ? '\xff' : ':')) return find_in_packet(text.substr(digits + 1));
  return binary ? kNever : find_in_packet(body);
}

constexpr unsigned kFinal = 0x80;
constexpr unsigned kReserved = 0x70;
constexpr unsigned kOpcode = 0x0f;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kTextOpcode = 1;
constexpr unsigned kCloseOpcode = 8;

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// A frame's header, of a server.
struct FrameHead {
  unsigned opcode = 0;
  bool final = false;
  bool plain = false;  // neither masked nor of an extension
  std::size_t header_bytes = 0;
  std::uint64_t payload_bytes = 0;
};

std::optional<FrameHead> read_frame_head(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const unsigned first = byte_at(bytes, 0);
  const unsigned second = byte_at(bytes, 1);
  const unsigned length = second & 0x7fU;
  const std::size_t more = length == 127 ? 8 : length == 126 ? 2 : 0;
  if (bytes.size() < 2 + more) return std::nullopt;
  FrameHead head{.opcode = first & kOpcode,
                 .final = (first & kFinal) != 0,
                 .plain = (first & kReserved) == 0 && (second & kMasked) == 0,
                 .header_bytes = 2 + more,
                 .payload_bytes = more > 0 ? 0 : length};
  for (std::size_t i = 0; i < more; ++i) {
    head.payload_bytes = head.payload_bytes << 8U | byte_at(bytes, 2 + i);
  }
  return head;
}

// The first message, which Engine.IO sends as text; control frames may stand before and within it.
// `message` holds the text that the answer is a part of.
Finding find_in_frames(std::string_view bytes, std::string& message) {
  bool begun = false;
  for (;;) {
    const auto head = read_frame_head(bytes);
    if (!head) return std::nullopt;
    if (!head->plain || head->opcode == kCloseOpcode) return kNever;
    bytes.remove_prefix(head->header_bytes);
    const auto here =
        static_cast<std::size_t>(std::min<std::uint64_t>(head->payload_bytes, bytes.size()));
    const bool whole = here == head->payload_bytes;
    if (head->opcode < kCloseOpcode) {
      if (head->opcode != (begun ? 0 : kTextOpcode)) return kNever;
      begun = true;
      message += bytes.substr(0, here);
      if (const auto found = find_in_packet(message)) return found;
      if (head->final && whole) return kNever;
    }
    if (!whole) return std::nullopt;
    bytes.remove_prefix(here);
  }
}

}  // namespace

// The bytes so far are parsed anew with each piece: there are few of both.
void EngineIoHandshake::feed(std::string_view piece) {
  if (done_ || piece.empty()) return;
  seen_ += piece.substr(0, kBytesMax - seen_.size());
  std::string message;
  const Finding finding =
      form_ == Form::PollingBody ? find_in_body(seen_) : find_in_frames(seen_, message);
  done_ = finding.has_value() || seen_.size() == kBytesMax;
  if (finding) sid_ = *finding;
  if (done_) std::string().swap(seen_);
}

}  // namespace wslb::proxy::http
