// A row of `http-check` or of `tcp-check` lines while it is read: which may follow which, where
// comments go, and what HAProxy puts between them without being told.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/health_check.h"

namespace wslb::config {

class CheckScript {
 public:
  // Adds a step of `http-check`; a complaint if it cannot stand there.
  [[nodiscard]] std::optional<std::string> add_http(CheckStep step);
  [[nodiscard]] std::optional<std::string> add_tcp(CheckStep step);
  // For the steps that follow, up to one of another kind.
  void add_comment(std::string comment);
  // `option httpchk`.
  void set_request(CheckRequest request);
  // What stays of `defaults` where a section has `http-check` lines of its own.
  void keep_request_only();

  [[nodiscard]] bool empty() const { return steps_.empty(); }
  [[nodiscard]] HealthCheck finish(HealthCheck::Protocol protocol) const;

 private:
  void append(CheckStep step);
  [[nodiscard]] std::optional<std::string> complaint_of_connect(const CheckStep& step) const;

  std::vector<CheckStep> steps_;
  int lines_ = 0;
  std::string comment_;
  std::optional<std::size_t> commented_;  // the kind of step that the comment has been used for
};

}  // namespace wslb::config
