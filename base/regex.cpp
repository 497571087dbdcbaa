#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace wslb::base {
namespace {

// Steps of the matcher: some milliseconds. An honest expression on a header needs some hundred.
constexpr std::uint32_t kStepsMax = 100'000;
constexpr std::uint32_t kHeapKibibytesMax = 1024;

struct FreeContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct FreeData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
using MatchData = std::unique_ptr<pcre2_match_data, FreeData>;

pcre2_match_context* limits() {
  static const std::unique_ptr<pcre2_match_context, FreeContext> kLimits = [] {
    std::unique_ptr<pcre2_match_context, FreeContext> context(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(context.get(), kStepsMax);
    pcre2_set_depth_limit(context.get(), kStepsMax);
    pcre2_set_heap_limit(context.get(), kHeapKibibytesMax);
    return context;
  }();
  return kLimits.get();
}

PCRE2_SPTR units(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

// What the groups of the last match span.
std::string_view group(std::string_view subject, pcre2_match_data* data, std::uint32_t index) {
  if (index >= pcre2_get_ovector_count(data)) return {};
  const PCRE2_SIZE* spans = pcre2_get_ovector_pointer(data);
  const PCRE2_SIZE begin = spans[index * std::size_t{2}];
  const PCRE2_SIZE end = spans[index * std::size_t{2} + 1];
  if (begin == PCRE2_UNSET || end < begin || end > subject.size()) return {};
  return subject.substr(begin, end - begin);
}

void expand(std::string_view subject, pcre2_match_data* data, std::string_view text,
            std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char next = text[++i];
    if (next >= '0' && next <= '9') {
      out += group(subject, data, static_cast<std::uint32_t>(next - '0'));
    } else {
      out += next;
    }
  }
}

}  // namespace

struct Regex::Code {
  explicit Code(pcre2_code* compiled) : code(compiled) {}
  Code(const Code&) = delete;
  ~Code() { pcre2_code_free(code); }

  // The matches from `offset` on, or nothing.
  [[nodiscard]] bool find(std::string_view subject, std::size_t offset,
                          pcre2_match_data* data) const {
    int found = pcre2_match(code, units(subject), subject.size(), offset, 0, data, limits());
    // Compiled code has a small stack of its own; the interpreter takes over what needs more.
    if (found == PCRE2_ERROR_JIT_STACKLIMIT) {
      found =
          pcre2_match(code, units(subject), subject.size(), offset, PCRE2_NO_JIT, data, limits());
    }
    return found >= 0;
  }
  [[nodiscard]] MatchData match_data() const {
    return MatchData(pcre2_match_data_create_from_pattern(code, nullptr));
  }

  pcre2_code* code;
};

Result<Regex> Regex::compile(std::string_view pattern, Case letter_case) {
  const std::uint32_t flags = letter_case == Case::Insensitive ? PCRE2_CASELESS : 0;
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code = pcre2_compile(units(pattern), pattern.size(), flags, &error, &offset, nullptr);
  if (code == nullptr) {
    std::string reason(120, '\0');
    const int length = pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(reason.data()),
                                               reason.size());
    reason.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return Error{"'" + std::string(pattern) + "' is no regular expression: " + reason +
                 " at character " + std::to_string(offset)};
  }
  // Where the system forbids code made at run time, the interpreter does the same more slowly.
  (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
  Regex regex;
  regex.pattern_ = pattern;
  regex.code_ = std::make_shared<const Code>(code);
  return regex;
}

bool Regex::matches(std::string_view subject) const {
  const MatchData data = code_->match_data();
  return code_->find(subject, 0, data.get());
}

bool Regex::replace(std::string_view subject, const Replacement& replacement,
                    std::string& out) const {
  const MatchData data = code_->match_data();
  std::string result;
  std::size_t copied = 0;
  bool any = false;
  for (std::size_t offset = 0; offset <= subject.size();) {
    if (!code_->find(subject, offset, data.get())) break;
    const PCRE2_SIZE* span = pcre2_get_ovector_pointer(data.get());
    if (span[1] < span[0] || span[0] < copied) break;
    any = true;
    result += subject.substr(copied, span[0] - copied);
    expand(subject, data.get(), replacement.text, result);
    copied = span[1];
    offset = span[1] > span[0] ? span[1] : span[1] + 1;
    if (result.size() > replacement.bytes_max) return false;
    if (!replacement.everywhere) break;
  }
  if (!any) return false;
  result += subject.substr(copied);
  if (result.size() > replacement.bytes_max) return false;
  out = std::move(result);
  return true;
}

bool Regex::compose(std::string_view subject, const Replacement& replacement,
                    std::string& out) const {
  const MatchData data = code_->match_data();
  if (!code_->find(subject, 0, data.get())) return false;
  std::string result;
  expand(subject, data.get(), replacement.text, result);
  if (result.size() > replacement.bytes_max) return false;
  out = std::move(result);
  return true;
}

}  // namespace wslb::base
