#include "proxy/http/request.h"

#include <algorithm>
#include <utility>

#include "proxy/http/characters.h"
#include "proxy/http/host.h"

namespace wslb::proxy::http {

namespace {

// RFC 9112, section 2.3: case matters, one digit on each side of the dot.
Rejection parse_version(std::string_view text, Version& version) {
  const bool well_formed = text.size() == 8 && text.starts_with("HTTP/") && is(kDigit, text[5]) &&
                           text[6] == '.' && is(kDigit, text[7]);
  if (!well_formed) return {400, "malformed HTTP version"};
  if (text[5] != '1') return {505, "HTTP version not supported"};
  version = text[7] == '0' ? Version::Http10 : Version::Http11;
  return {};
}

// The length of "http://" or another scheme that we stand in for; 0: none of them.
std::size_t scheme_size(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://", "ws://", "wss://"}) {
    if (equal_ignoring_case(target.substr(0, scheme.size()), scheme)) return scheme.size();
  }
  return 0;
}

}  // namespace

std::string serialise(const RequestHead& head) {
  std::string out;
  std::size_t size = head.method.size() + head.target.size() + 16;
  for (const Field& field : head.fields.all()) size += field.name.size() + field.value.size() + 4;
  out.reserve(size);
  out.append(head.method).append(" ").append(head.target).append(" ");
  out.append(text_of(head.version)).append("\r\n");
  head.fields.serialise(out);
  return out;
}

ParseStatus RequestParser::parse(std::string_view buffer) {
  while (const auto line = lines_.next(buffer)) {
    const bool first = request_line_.size == 0;
    if (first && line->empty() && !skipped_empty_line_) {
      skipped_empty_line_ = true;  // RFC 9112, section 2.2
      continue;
    }
    if (!first && line->empty()) return finish(buffer);
    rejection_ = first ? parse_request_line(*line) : lines_.add_field(*line, buffer);
    if (rejection_) return ParseStatus::Bad;
    if (first) request_line_ = HeadLines::span_of(*line, buffer);
  }
  if (request_line_.size == 0) {
    const std::string_view line = buffer.substr(lines_.position());
    // TLS or noise on a plain port need not wait for a time-out.
    const bool line_end_may_follow = line == "\r";
    if (!line.empty() && !line_end_may_follow && !is(kTokenChar, line[0])) {
      return bad(400, "illegal character in the method");
    }
    // One byte more than the limit may still be the CR.
    if (lines_.pending() > limits_.request_line_bytes + 1) return bad(414, "request line too long");
  }
  if (lines_.exhausted(buffer)) return bad(431, "request head too large");
  return ParseStatus::NeedMore;
}

RequestHead RequestParser::take_head() {
  RequestHead head = std::move(head_);
  reset();
  return head;
}

void RequestParser::reset() {
  lines_.reset();
  rejection_ = {};
  head_ = {};
  request_line_ = {};
  skipped_empty_line_ = false;
}

ParseStatus RequestParser::bad(int status, std::string_view reason) {
  rejection_ = {status, reason};
  return ParseStatus::Bad;
}

// Judges the line only; the views are made when the head is whole.
Rejection RequestParser::parse_request_line(std::string_view line) {
  // In the order in which parse() sees it byte by byte, for the same verdict in any split.
  if (line.empty() || !is(kTokenChar, line[0])) return {400, "illegal character in the method"};
  if (line.size() > limits_.request_line_bytes) return {414, "request line too long"};
  const std::size_t method_end = line.find(' ');
  if (method_end == std::string_view::npos) return {400, "request line without a target"};
  const std::string_view method = line.substr(0, method_end);
  if (!is_token(method)) return {400, "illegal character in the method"};

  const std::size_t target_end = line.find(' ', method_end + 1);
  if (target_end == std::string_view::npos) return {400, "request line without a version"};
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  if (target.empty()) return {400, "empty request target"};
  if (!all(kTargetChar, target)) return {400, "illegal character in the request target"};

  const Rejection version = parse_version(line.substr(target_end + 1), head_.version);
  if (version) return version;
  if (method == "CONNECT") return {501, "CONNECT is not supported"};
  if (target == "*") {
    return method == "OPTIONS" ? Rejection{} : Rejection{400, "target * without OPTIONS"};
  }
  if (target[0] != '/' && scheme_size(target) == 0) return {400, "malformed request target"};
  return {};
}

ParseStatus RequestParser::finish(std::string_view buffer) {
  const std::string_view head = head_.fields.keep(std::string(buffer.substr(0, lines_.position())));
  head_.request_line = request_line_.of(head);
  const std::size_t method_end = head_.request_line.find(' ');
  const std::size_t target_end = head_.request_line.rfind(' ');
  head_.method = head_.request_line.substr(0, method_end);
  head_.target = head_.request_line.substr(method_end + 1, target_end - method_end - 1);
  lines_.take_fields(head_.fields, head);
  rejection_ = check_host();
  if (!rejection_) rejection_ = resolve_target();
  return rejection_ ? ParseStatus::Bad : ParseStatus::Complete;
}

// RFC 9112, section 3.2: exactly one Host in HTTP/1.1; here at most one in 1.0 as well. An empty
// one is legal: the client's URI had no authority.
Rejection RequestParser::check_host() {
  const std::size_t count = head_.fields.count("Host");
  if (count > 1) return {400, "more than one Host field"};
  if (count == 0) {
    return head_.version == Version::Http10 ? Rejection{} : Rejection{400, "no Host field"};
  }
  const std::string_view host = *head_.fields.find("Host");
  const bool valid = host.empty() || is_host_and_port(host);
  return valid ? Rejection{} : Rejection{400, "malformed Host field"};
}

// RFC 9112, section 3.2.2: absolute-form says the host, whatever Host says. The server is an origin
// and gets origin-form.
Rejection RequestParser::resolve_target() {
  const std::size_t scheme = scheme_size(head_.target);
  if (scheme == 0) return {};
  const std::string_view rest = head_.target.substr(scheme);
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, authority_end);
  // RFC 9110, sections 4.2.1 and 4.2.4: no empty host, no user information.
  if (!is_host_and_port(authority)) return {400, "malformed authority in the request target"};
  const std::string_view path = rest.substr(authority_end);
  head_.fields.set("Host", authority);
  if (path.starts_with('/')) {
    head_.target = path;
  } else if (path.empty() && head_.method == "OPTIONS") {
    head_.target = "*";  // RFC 9112, section 3.2.4
  } else {
    head_.target = head_.fields.keep("/" + std::string(path));
  }
  return {};
}

}  // namespace wslb::proxy::http
