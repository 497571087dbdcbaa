#include "proxy/http/check_answer.h"

#include <algorithm>
#include <utility>

#include "proxy/http/characters.h"
#include "proxy/http/framing.h"
#include "proxy/http/list.h"

namespace wslb::proxy::http {

namespace {

using config::CheckExpect;
using config::CheckStatus;
using config::CheckText;
using Verdict = CheckJudgement::Verdict;
using What = config::CheckExpect::What;

std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  // As much as HAProxy's buffer holds.
  for (const char c : bytes.substr(0, CheckAnswer::kBytesMax / 2)) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

bool matches(const CheckText& pattern, std::string_view text) {
  switch (pattern.match) {
    case CheckText::Match::Exact:
      return text == pattern.text;
    case CheckText::Match::Begin:
      return text.starts_with(pattern.text);
    case CheckText::Match::End:
      return text.ends_with(pattern.text);
    case CheckText::Match::Contains:
      return text.find(pattern.text) != std::string_view::npos;
    case CheckText::Match::Regex:
      return pattern.regex->matches(text);
  }
  return false;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

bool finds(const CheckExpect& expect, std::string_view bytes) {
  if (expect.what == What::Regex) return expect.regex->matches(bytes);
  if (expect.what == What::HexRegex) return expect.regex->matches(hexadecimal(bytes));
  return bytes.find(expect.text) != std::string_view::npos;
}

bool is_literal(const CheckExpect& expect) {
  return expect.what == What::Text || expect.what == What::Binary;
}

CheckJudgement decided(bool matched, const CheckExpect& expect, CheckStatus otherwise) {
  const bool met = matched != expect.negated;
  return {met ? Verdict::Met : Verdict::Failed, expect.on_error.value_or(otherwise), {}};
}

std::string_view what_it_was(What what) {
  switch (what) {
    case What::Binary:
      return " (binary)";
    case What::HexRegex:
      return " (binary regex)";
    case What::Status:
    case What::StatusRegex:
    case What::Header:
    case What::Text:
    case What::Regex:
      break;
  }
  return " (regex)";
}

}  // namespace

void CheckAnswer::reset(std::string_view method) {
  const Protocol protocol = protocol_;
  *this = CheckAnswer(protocol);
  method_ = method;
}

void CheckAnswer::add(std::string_view bytes) {
  received_ += bytes.size();
  if (protocol_ != Protocol::Http) {
    bytes_ += bytes.substr(0, kBytesMax - bytes_.size());
  } else if (head_.status != 0) {
    read_body(bytes);
  } else if (!malformed_) {
    bytes_ += bytes;
    read_head();
  }
}

// Interim responses are passed over.
void CheckAnswer::read_head() {
  while (head_.status == 0) {
    const ParseStatus status = parser_.parse(bytes_);
    malformed_ = status == ParseStatus::Bad;
    if (status != ParseStatus::Complete) return;
    const std::string rest = bytes_.substr(parser_.head_bytes());
    ResponseHead head = parser_.take_head();
    bytes_.clear();
    if (head.is_interim()) {
      bytes_ = rest;
      continue;
    }
    const Framing framing = response_framing(head, method_);
    malformed_ = framing.kind == Framing::Kind::Bad;
    if (!malformed_) decoder_ = BodyDecoder(framing);
    head_ = std::move(head);
    read_body(rest);
  }
}

void CheckAnswer::read_body(std::string_view bytes) {
  while (!bytes.empty() && !decoder_.finished() && !decoder_.bad() && bytes_.size() < kBytesMax) {
    const BodyDecoder::Step step = decoder_.decode(bytes);
    bytes_ += step.data.substr(0, kBytesMax - bytes_.size());
    bytes.remove_prefix(step.consumed);
  }
}

bool CheckAnswer::is_complete() const {
  if (ended_ || bytes_.size() >= kBytesMax) return true;
  return protocol_ == Protocol::Http && (decoder_.finished() || decoder_.bad());
}

CheckJudgement CheckAnswer::judge(const config::CheckStep& step, bool accepts_404) const {
  const auto& expect = std::get<CheckExpect>(step.action);
  CheckJudgement judgement;
  if (protocol_ != Protocol::Http) {
    judgement = judge_text(expect);
  } else if (malformed_ || (head_.status == 0 && ended_)) {
    return {Verdict::Failed, CheckStatus::L7Response,
            step.comment.empty() ? "" : " comment: " + step.comment};
  } else if (head_.status == 0) {
    return {};
  } else if (accepts_404 && head_.status == 404) {
    return {Verdict::Met, {}, {}};
  } else {
    judgement = judge_http(expect);
  }
  const bool matched = !expect.negated == (judgement.verdict == Verdict::Met);
  if (judgement.verdict == Verdict::Failed) judgement.info = complaint(step, matched);
  return judgement;
}

CheckJudgement CheckAnswer::judge_http(const CheckExpect& expect) const {
  const std::string code = std::to_string(head_.status);
  switch (expect.what) {
    case What::Status: {
      const bool listed = std::ranges::any_of(expect.statuses, [this](const auto& range) {
        return range.first <= head_.status && head_.status <= range.last;
      });
      return decided(listed, expect, CheckStatus::L7Status);
    }
    case What::StatusRegex:
      return decided(expect.regex->matches(code), expect, CheckStatus::L7Status);
    case What::Header:
      return decided(has_header(expect), expect, CheckStatus::L7Status);
    case What::Text:
    case What::Regex:
    case What::Binary:
    case What::HexRegex:
      break;
  }
  if (!bytes_.empty()) return judge_text(expect);
  if (!is_complete()) return {};
  return {Verdict::Failed, expect.on_error.value_or(CheckStatus::L7Response), {}};
}

CheckJudgement CheckAnswer::judge_text(const CheckExpect& expect) const {
  if (!is_complete()) {
    if (is_literal(expect) && bytes_.size() < expect.text.size()) return {};
    if (bytes_.size() < expect.bytes_min.value_or(0)) return {};
  }
  const bool found = finds(expect, bytes_);
  if (!found && !is_complete() && !expect.bytes_min) return {};
  return decided(found, expect, CheckStatus::L7Response);
}

bool CheckAnswer::has_header(const CheckExpect& expect) const {
  CheckText name = expect.header_name;
  if (name.match != CheckText::Match::Regex) name.text = lower_case(name.text);
  for (const Field& field : head_.fields.all()) {
    if (!matches(name, lower_case(field.name))) continue;
    if (!expect.header_value) return true;
    if (expect.whole_value) {
      if (matches(*expect.header_value, field.value)) return true;
      continue;
    }
    const bool none = for_each_element(field.value, [&](std::string_view element) {
      return !matches(*expect.header_value, element);
    });
    if (!none) return true;
  }
  return false;
}

std::string CheckAnswer::complaint(const config::CheckStep& step, bool matched) const {
  const auto& expect = std::get<CheckExpect>(step.action);
  const std::string comment = step.comment.empty() ? "" : " comment: " + step.comment;
  if (protocol_ == Protocol::Redis) return bytes_.substr(0, bytes_.find_first_of("\r\n")) + comment;
  if (protocol_ == Protocol::Tcp) {
    std::string text = matched ? "TCPCHK matched unwanted content" : "TCPCHK did not match content";
    if (expect.what == What::Text) {
      text += " '" + expect.text + "'";
    } else {
      text += what_it_was(expect.what);
    }
    return text + " at step " + std::to_string(step.number) + comment;
  }
  if (expect.what != What::Text && expect.what != What::Regex) {
    return std::string(head_.reason) + comment;
  }
  if (bytes_.empty()) return "HTTP content check could not find a response body" + comment;
  if (expect.negated) return "HTTP check matched unwanted content" + comment;
  return "HTTP content check did not match" + comment;
}

}  // namespace wslb::proxy::http
