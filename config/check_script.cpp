#include "config/check_script.h"

#include <algorithm>
#include <utility>

namespace wslb::config {
namespace {

CheckSend* implicit_send(std::vector<CheckStep>& steps) {
  for (CheckStep& step : steps) {
    if (std::holds_alternative<CheckConnect>(step.action)) continue;
    auto* send = std::get_if<CheckSend>(&step.action);
    const bool implicit = send != nullptr && send->request && send->request->from_option;
    return implicit ? send : nullptr;
  }
  return nullptr;
}

// What `update` says replaces what `old` said; headers all together.
void overwrite(CheckRequest& old, CheckRequest update) {
  if (update.method) old.method = std::move(update.method);
  if (update.uri) old.uri = std::move(update.uri);
  if (update.version) old.version = std::move(update.version);
  if (!update.headers.empty()) old.headers = std::move(update.headers);
  if (!update.body.empty()) old.body = std::move(update.body);
}

template <typename Action>
bool is(const CheckStep& step) {
  return std::holds_alternative<Action>(step.action);
}

}  // namespace

void CheckScript::add_comment(std::string comment) {
  ++lines_;
  comment_ = std::move(comment);
  commented_.reset();
}

void CheckScript::append(CheckStep step) {
  if (commented_ && *commented_ != step.action.index()) comment_.clear();
  if (step.comment.empty()) step.comment = comment_;
  commented_ = step.action.index();
  if (is<CheckConnect>(step)) comment_.clear();
  step.number = ++lines_;
  steps_.push_back(std::move(step));
}

std::optional<std::string> CheckScript::complaint_of_connect(const CheckStep& step) const {
  if (!is<CheckConnect>(step)) return std::nullopt;
  const bool begun = std::ranges::any_of(steps_, [](const CheckStep& earlier) {
    const auto* send = std::get_if<CheckSend>(&earlier.action);
    return send == nullptr || !send->request || !send->request->from_option;
  });
  if (!begun || is<CheckConnect>(steps_.front())) return std::nullopt;
  return "has to be the first step where there is a connect at all";
}

std::optional<std::string> CheckScript::add_tcp(CheckStep step) {
  if (auto complaint = complaint_of_connect(step)) return complaint;
  append(std::move(step));
  return std::nullopt;
}

std::optional<std::string> CheckScript::add_http(CheckStep step) {
  if (auto complaint = complaint_of_connect(step)) return complaint;
  CheckSend* implicit = implicit_send(steps_);
  const bool fresh = steps_.empty() || (implicit != nullptr && steps_.size() == 1);
  if (!fresh) {
    const CheckStep& last = steps_.back();
    const bool in_order = is<CheckConnect>(step) ? is<CheckExpect>(last)
                          : is<CheckSend>(step)  ? is<CheckConnect>(last)
                                                 : !is<CheckConnect>(last);
    if (!in_order) {
      return std::string("needs ") +
             (is<CheckConnect>(step) ? "an expect"
              : is<CheckSend>(step)  ? "a connect"
                                     : "a send") +
             " before it";
    }
  }
  auto* send = std::get_if<CheckSend>(&step.action);
  if (send != nullptr && implicit != nullptr) {
    overwrite(*implicit->request, std::move(*send->request));
    implicit->request->from_option = false;
    // It moves to its line's place.
    step.action = std::move(*implicit);
    std::erase_if(steps_, [](const CheckStep& earlier) { return is<CheckSend>(earlier); });
  }
  append(std::move(step));
  return std::nullopt;
}

void CheckScript::set_request(CheckRequest request) {
  request.from_option = true;
  const auto first = std::ranges::find_if_not(steps_, is<CheckConnect>);
  auto* send = first == steps_.end() ? nullptr : std::get_if<CheckSend>(&first->action);
  if (send == nullptr) {
    steps_.insert(steps_.begin(), CheckStep{CheckSend{{}, std::move(request)}, {}, 0});
  } else if (send->request->from_option) {
    send->request = std::move(request);
  } else {
    overwrite(*send->request, std::move(request));
  }
}

void CheckScript::keep_request_only() {
  std::optional<CheckRequest> request;
  for (const CheckStep& step : steps_) {
    const auto* send = std::get_if<CheckSend>(&step.action);
    if (send != nullptr && !request) request = send->request;
  }
  *this = CheckScript();
  if (request) set_request(std::move(*request));
}

HealthCheck CheckScript::finish(HealthCheck::Protocol protocol) const {
  HealthCheck check;
  check.protocol = protocol;
  std::vector<CheckStep> steps = steps_;
  if (implicit_send(steps) != nullptr && is<CheckSend>(steps.front()) && steps.size() > 1 &&
      is<CheckConnect>(steps[1])) {
    std::swap(steps[0], steps[1]);
  }
  const bool connects = !steps.empty() && is<CheckConnect>(steps.front());
  if (connects) check.steps.clear();
  std::ranges::move(steps, std::back_inserter(check.steps));
  if (protocol == HealthCheck::Protocol::Http && is<CheckSend>(check.steps.back())) {
    CheckExpect good;
    good.statuses.emplace_back();
    check.steps.push_back({std::move(good), {}, lines_ + 1});
  }
  return check;
}

}  // namespace wslb::config
