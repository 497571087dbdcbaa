#include "proxy/http/framing.h"

#include <limits>

#include "proxy/http/characters.h"
#include "proxy/http/list.h"

namespace wslb::proxy::http {

namespace {

// Content-Length over all its fields, or the coding over all Transfer-Encoding fields.
struct Lengths {
  std::optional<std::uint64_t> length;
  bool has_coding = false;
  Rejection rejection;
};

Framing bad(Rejection rejection) {
  return {.kind = Framing::Kind::Bad, .length = {}, .must_close = true, .rejection = rejection};
}

// RFC 9110, section 8.6: digits only. No sign, no blank, nothing that does not fit into 63 bits.
std::optional<std::uint64_t> parse_length(std::string_view text) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (text.empty() || !all(kDigit, text)) return std::nullopt;
  std::uint64_t length = 0;
  for (const char c : text) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (kMax - digit) / 10) return std::nullopt;
    length = length * 10 + digit;
  }
  return length;
}

Rejection add_length(std::string_view value, std::optional<std::uint64_t>& length) {
  Rejection rejection;
  for_each_element(value, [&](std::string_view element) {
    const auto parsed = parse_length(element);
    if (!parsed) rejection = {400, "malformed Content-Length"};  // empty: CVE-2023-40225
    if (parsed && length && *length != *parsed) rejection = {400, "differing Content-Lengths"};
    length = parsed;
    return !rejection;
  });
  return rejection;
}

// RFC 9112, section 6.1. We decode `chunked` and nothing else, so the only good list is that word.
Rejection check_codings(const Fields& fields) {
  std::size_t chunked = 0;
  std::size_t others = 0;
  bool chunked_is_last = false;
  bool malformed = false;
  for (const Field& field : fields.all()) {
    if (!equal_ignoring_case(field.name, "Transfer-Encoding")) continue;
    for_each_element(field.value, [&](std::string_view element) {
      chunked_is_last = equal_ignoring_case(element, "chunked");
      ++(chunked_is_last ? chunked : others);
      malformed = malformed || !is_token(element.substr(0, element.find_first_of("; \t")));
      return true;
    });
  }
  if (malformed) return {400, "malformed Transfer-Encoding"};
  if (chunked != 1 || !chunked_is_last) {
    return {400, "Transfer-Encoding does not end with one chunked"};
  }
  if (others > 0) return {501, "transfer coding other than chunked"};
  return {};
}

Lengths lengths_of(const Fields& fields, Version version) {
  Lengths lengths;
  for (const Field& field : fields.all()) {
    if (equal_ignoring_case(field.name, "Transfer-Encoding")) lengths.has_coding = true;
    if (!equal_ignoring_case(field.name, "Content-Length")) continue;
    lengths.rejection = add_length(field.value, lengths.length);
    if (lengths.rejection) return lengths;
  }
  if (!lengths.has_coding) return lengths;
  if (version == Version::Http10) {
    lengths.rejection = {400, "Transfer-Encoding in HTTP/1.0"};
  } else {
    lengths.rejection = check_codings(fields);
  }
  return lengths;
}

}  // namespace

Framing request_framing(const RequestHead& head) {
  const Lengths lengths = lengths_of(head.fields, head.version);
  if (lengths.rejection) return bad(lengths.rejection);
  if (lengths.has_coding && lengths.length) {
    return bad({400, "Content-Length together with Transfer-Encoding"});
  }
  if (lengths.has_coding) return {.kind = Framing::Kind::Chunked, .length = {}, .rejection = {}};
  if (!lengths.length) return {};
  return {.kind = Framing::Kind::Length, .length = lengths.length, .rejection = {}};
}

Framing response_framing(const ResponseHead& head, std::string_view request_method) {
  const Lengths lengths = lengths_of(head.fields, head.version);
  if (lengths.rejection) return bad({502, lengths.rejection.reason});
  Framing framing;
  framing.must_close = lengths.has_coding && lengths.length;
  if (head.status < 200 || head.status == 204) return framing;
  if (request_method == "HEAD" || head.status == 304) {
    if (!lengths.has_coding) framing.length = lengths.length;
    return framing;
  }
  if (lengths.has_coding) {
    framing.kind = Framing::Kind::Chunked;
  } else if (lengths.length) {
    framing.kind = Framing::Kind::Length;
    framing.length = lengths.length;
  } else {
    framing.kind = Framing::Kind::UntilClose;
    framing.must_close = true;
  }
  return framing;
}

Framing framing_for_client(const Framing& from_server, Version client) {
  Framing framing = from_server;
  const bool chunked = framing.kind == Framing::Kind::Chunked;
  if (chunked && client == Version::Http10) framing.kind = Framing::Kind::UntilClose;
  // Only a body without an end of its own needs the client's connection closed.
  framing.must_close = framing.kind == Framing::Kind::UntilClose;
  return framing;
}

void write_framing(Fields& fields, const Framing& framing) {
  fields.remove("Content-Length");
  fields.remove("Transfer-Encoding");
  if (framing.kind == Framing::Kind::Chunked) {
    fields.add("Transfer-Encoding", "chunked");
  } else if (framing.length) {
    fields.add("Content-Length", std::to_string(*framing.length));
  }
}

}  // namespace wslb::proxy::http
