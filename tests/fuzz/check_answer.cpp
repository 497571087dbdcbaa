// Whatever a server or an agent answers, in any split: nothing overflows, what is kept is bounded,
// and once it has ended each expectation is decided.
#include "proxy/http/check_answer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace wslb;
using What = config::CheckExpect::What;

config::CheckStep step_of(What what) {
  config::CheckExpect expect;
  expect.what = what;
  expect.text = "ab";
  expect.statuses = {{200, 299}};
  expect.regex = *base::Regex::compile("a+b|2.0");
  expect.header_name = {config::CheckText::Match::Begin, "x", std::nullopt};
  expect.header_value = config::CheckText{config::CheckText::Match::Contains, "b", std::nullopt};
  return {std::move(expect), "why", 1};
}

void play(config::HealthCheck::Protocol protocol, std::string_view data, std::size_t piece) {
  static const config::CheckStep kSteps[] = {step_of(What::Status), step_of(What::StatusRegex),
                                             step_of(What::Header), step_of(What::Text),
                                             step_of(What::Regex)};
  static const config::CheckStep kBytes[] = {step_of(What::Text), step_of(What::HexRegex)};
  proxy::http::CheckAnswer answer(protocol);
  answer.reset("GET");
  const auto all_decided = [&](bool must) {
    const auto judge = [&](const config::CheckStep& step) {
      const auto judgement = answer.judge(step, false);
      if (must && judgement.verdict == proxy::http::CheckJudgement::Verdict::Wait) std::abort();
    };
    if (protocol == config::HealthCheck::Protocol::Http) {
      for (const auto& step : kSteps) judge(step);
    } else {
      for (const auto& step : kBytes) judge(step);
    }
  };
  for (std::string_view rest = data; !rest.empty();) {
    const std::size_t size = std::min(piece, rest.size());
    answer.add(rest.substr(0, size));
    rest.remove_prefix(size);
    if (data.size() / piece < 64) all_decided(false);
  }
  answer.end();
  all_decided(true);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + bytes[0];
  const std::string_view data(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  play(config::HealthCheck::Protocol::Http, data, piece);
  play(config::HealthCheck::Protocol::Tcp, data, piece);
  return 0;
}
