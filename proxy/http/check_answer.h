// What a server has answered to a health check so far, and whether it is what the check expects.
// Used by the shell's HealthChecker: reset() before each question, add() what comes, judge() until
// the verdict is not Wait. What is kept of an answer is bounded; a full answer decides as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/health_check.h"
#include "proxy/http/body.h"
#include "proxy/http/response.h"

namespace wslb::proxy::http {

struct CheckJudgement {
  enum class Verdict : std::uint8_t { Wait, Met, Failed };

  Verdict verdict = Verdict::Wait;
  // Where it failed.
  config::CheckStatus status = config::CheckStatus::L7Response;
  std::string info;  // for the log, in HAProxy's words
};

class CheckAnswer {
 public:
  using Protocol = config::HealthCheck::Protocol;

  static constexpr std::size_t kBytesMax = 16 * 1024;

  explicit CheckAnswer(Protocol protocol) : protocol_(protocol) {}

  // To the next question; `method`: of the HTTP request.
  void reset(std::string_view method = {});
  void add(std::string_view bytes);
  void end() { ended_ = true; }  // the server closed its side

  [[nodiscard]] bool empty() const { return received_ == 0; }
  // `accepts_404`: a 404 is not judged, the server asks for no new clients by it.
  [[nodiscard]] CheckJudgement judge(const config::CheckStep& step, bool accepts_404) const;

  [[nodiscard]] int code() const { return head_.status; }  // 0: no HTTP response yet

 private:
  void read_head();
  void read_body(std::string_view bytes);
  [[nodiscard]] bool is_complete() const;
  [[nodiscard]] CheckJudgement judge_http(const config::CheckExpect& expect) const;
  [[nodiscard]] CheckJudgement judge_text(const config::CheckExpect& expect) const;
  [[nodiscard]] bool has_header(const config::CheckExpect& expect) const;
  [[nodiscard]] std::string complaint(const config::CheckStep& step, bool matched) const;

  Protocol protocol_;
  std::string method_;
  std::string bytes_;  // the head, and then the body without its framing; all of it in TCP checks
  std::size_t received_ = 0;
  ResponseParser parser_;
  ResponseHead head_;
  BodyDecoder decoder_;
  bool malformed_ = false;
  bool ended_ = false;
};

}  // namespace wslb::proxy::http
