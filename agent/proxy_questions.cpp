#include "agent/proxy_questions.h"

#include <utility>

namespace wslb::agent {

bool ProxyQuestions::add(proto::ProxyQuestion& question, Answer answer) {
  if (open_.size() >= kOpenMax) {
    answer(base::Error{"the proxy has too many questions to answer; try again"});
    return false;
  }
  const std::uint64_t id = ++last_id_;
  question.set_id(id);
  Open& open = open_[id];
  open.answer = std::move(answer);
  open.patience = std::make_unique<boost::asio::steady_timer>(io_, kPatience);
  open.patience->async_wait([this, id](const boost::system::error_code& error) {
    if (!error) refuse(id, "the proxy does not answer; it hangs, or is older than this agent");
  });
  return true;
}

void ProxyQuestions::take(const proto::ProxyAnswer& answer) {
  auto open = open_.extract(answer.id());
  if (!open) return;  // too late
  if (!answer.refusal().empty()) return open.mapped().answer(base::Error{answer.refusal()});
  open.mapped().answer(answer.traffic());
}

void ProxyQuestions::refuse(std::uint64_t id, const std::string& reason) {
  if (auto open = open_.extract(id)) open.mapped().answer(base::Error{reason});
}

void ProxyQuestions::refuse_all(const std::string& reason) {
  for (auto& [id, open] : std::exchange(open_, {})) open.answer(base::Error{reason});
}

}  // namespace wslb::agent
