#include "config/sample.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "config/sample_arguments.h"
#include "config/sample_converter.h"
#include "config/sample_fetch.h"

namespace wslb::config {
namespace {

constexpr std::size_t kVariableNameMax = 64;

bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
}

std::string_view take_name(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_name_char);
  const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(name.size());
  return name;
}

// The arguments of `name`, none where there are no parentheses.
base::Result<SampleArguments> take_call(std::string_view name, std::string_view& text) {
  if (!text.starts_with('(')) return SampleArguments{};
  text.remove_prefix(1);
  auto arguments = take_arguments(text);
  if (!arguments) {
    return base::Error{"'" + std::string(name) + "(...' " + arguments.error().message};
  }
  // `name()` has no argument rather than an empty one.
  if (arguments->size() == 1 && arguments->front().empty()) arguments->clear();
  return arguments;
}

base::Result<Sample> sample_of(base::Result<StickQuery> query) {
  if (!query) return query.error();
  Sample sample;
  sample.fetch = Fetch::Stick;
  sample.type = query->is_bool() ? SampleType::Bool : SampleType::Int;
  sample.stick = std::move(*query);
  return sample;
}

}  // namespace

Needs needs(Fetch fetch) {
  if (fetch >= Fetch::Status) return Needs::Response;
  if (fetch >= Fetch::Method) return Needs::Request;
  if (fetch >= Fetch::IsHttp) return Needs::Content;
  return Needs::Connection;
}

base::Result<VariableName> parse_variable(std::string_view text) {
  using Scope = VariableName::Scope;
  struct Row {
    std::string_view prefix;
    Scope scope;
  };
  for (const auto& [prefix, scope] : {Row{"sess.", Scope::Session}, Row{"txn.", Scope::Transaction},
                                      Row{"req.", Scope::Request}, Row{"res.", Scope::Response}}) {
    if (!text.starts_with(prefix)) continue;
    const std::string name(text.substr(prefix.size()));
    const bool legal =
        !name.empty() && name.size() <= kVariableNameMax && std::ranges::all_of(name, is_name_char);
    if (legal) return VariableName{scope, name};
    return base::Error{"'" + std::string(text) +
                       "' is no name of a variable; use letters, digits, '_', '.' and '-'"};
  }
  if (text.starts_with("proc.") || text.starts_with("check.")) {
    return base::Error{"the scope of '" + std::string(text) +
                       "' is not supported by this version of wslb; use sess., txn., req. or res."};
  }
  return base::Error{"'" + std::string(text) +
                     "' is no name of a variable; it begins with sess., txn., req. or res."};
}

base::Result<Sample> parse_sample(std::string_view text, std::string_view* rest) {
  const std::string_view whole = text;
  const std::string_view name = take_name(text);
  if (name.empty()) {
    return base::Error{"expects a sample such as hdr(host), not '" + std::string(whole) + "'"};
  }
  auto arguments = take_call(name, text);
  if (!arguments) return arguments.error();
  auto stick = stick_fetch(name, *arguments);
  auto sample = stick ? sample_of(std::move(*stick)) : make_fetch(name, *arguments);
  if (!sample) return sample.error();
  sample->result_type = sample->type;
  while (text.starts_with(',')) {
    text.remove_prefix(1);
    const std::string_view converter = take_name(text);
    arguments = take_call(converter, text);
    if (!arguments) return arguments.error();
    auto conversion = make_conversion(converter, *arguments, sample->result_type);
    if (!conversion) return conversion.error();
    sample->conversions.push_back(std::move(*conversion));
  }
  if (rest != nullptr) {
    *rest = text;
  } else if (!text.empty()) {
    return base::Error{"has '" + std::string(text) + "' behind the sample '" +
                       std::string(whole.substr(0, whole.size() - text.size())) + "'"};
  }
  sample->text = whole.substr(0, whole.size() - text.size());
  return sample;
}

}  // namespace wslb::config
