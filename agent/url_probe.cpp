#include "agent/url_probe.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "agent/status_line.h"

namespace wslb::agent {
namespace {

using Tcp = boost::asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kAnswerBytesMax = 512;

Tcp::endpoint endpoint_of(const config::UrlCheck& check) {
  boost::system::error_code impossible;
  return {boost::asio::ip::make_address(check.address.to_string(), impossible), check.port};
}

}  // namespace

// Its handlers may come after the probe has turned to another question, or is gone: then
// `abandoned` is set, and the socket closed.
struct UrlProbe::Question {
  explicit Question(boost::asio::io_context& io) : socket(io), deadline(io) {}

  void abandon() {
    abandoned = true;
    boost::system::error_code ignored;
    socket.close(ignored);
    deadline.cancel();
  }

  Tcp::socket socket;
  boost::asio::steady_timer deadline;
  Clock::time_point asked = Clock::now();
  std::array<char, kAnswerBytesMax> answer{};
  std::size_t received = 0;
  bool abandoned = false;
};

UrlProbe::UrlProbe(boost::asio::io_context& io, config::UrlCheck check, Handlers handlers)
    : io_(io),
      check_(std::move(check)),
      handlers_(std::move(handlers)),
      request_("GET " + check_.target + " HTTP/1.1\r\nHost: " + check_.host +
               "\r\nUser-Agent: wslb-agent\r\nConnection: close\r\n\r\n"),
      timer_(io) {}

UrlProbe::~UrlProbe() {
  if (question_) question_->abandon();
}

void UrlProbe::start() {
  ask();
}

void UrlProbe::doubt() {
  doubted_ = true;
  ask();
}

void UrlProbe::ask() {
  if (question_) question_->abandon();
  timer_.cancel();
  question_ = std::make_shared<Question>(io_);
  question_->deadline.expires_after(check_.inter);
  question_->deadline.async_wait(
      [this, question = question_](const boost::system::error_code& error) {
        if (!error && !question->abandoned) conclude(question, false, "has not answered");
      });
  connect(*this, question_);
}

void UrlProbe::connect(UrlProbe& probe, const std::shared_ptr<Question>& question) {
  question->socket.async_connect(endpoint_of(probe.check_),
                                 [&probe, question](const boost::system::error_code& error) {
                                   if (question->abandoned) return;
                                   if (error)
                                     return probe.conclude(question, false, "has not answered");
                                   send(probe, question);
                                 });
}

void UrlProbe::send(UrlProbe& probe, const std::shared_ptr<Question>& question) {
  // The text is shared with the handler: the probe may be gone before the write is.
  auto request = std::make_shared<std::string>(probe.request_);
  boost::asio::async_write(
      question->socket, boost::asio::buffer(*request),
      [&probe, question, request](const boost::system::error_code& error, std::size_t) {
        if (question->abandoned) return;
        if (error) return probe.conclude(question, false, "has not answered");
        read(probe, question);
      });
}

void UrlProbe::read(UrlProbe& probe, const std::shared_ptr<Question>& question) {
  const auto rest = boost::asio::buffer(question->answer) + question->received;
  question->socket.async_read_some(
      rest, [&probe, question](const boost::system::error_code& error, std::size_t count) {
        if (question->abandoned) return;
        if (error) return probe.conclude(question, false, "has not answered");
        question->received += count;
        if (question->received < kStatusLineBytes) return read(probe, question);
        const auto status = parse_status({question->answer.data(), question->received});
        const bool good = status && *status >= 200 && *status < 400;
        probe.conclude(question, good,
                       status ? "has answered " + std::to_string(*status)
                              : std::string("has answered something that is not HTTP"));
      });
}

void UrlProbe::conclude(const std::shared_ptr<Question>& question, bool good,
                        const std::string& what) {
  const Clock::time_point asked = question->asked;
  question->abandon();
  question_.reset();
  wait_for_next(asked);  // a handler may ask at once instead
  count(good, what);
  handlers_.on_result();
}

void UrlProbe::count(bool good, const std::string& what) {
  successes_ = good ? successes_ + 1 : 0;
  failures_ = good ? 0 : failures_ + 1;
  const bool convicted = std::exchange(doubted_, false) && !good;
  std::optional<bool> verdict = up_;
  if (successes_ >= check_.rise) verdict = true;
  if (failures_ >= check_.fall || convicted) verdict = false;
  if (!verdict || verdict == up_) return;
  up_ = verdict;
  const std::string times = failures_ == 1 ? "" : " " + std::to_string(failures_) + " times";
  handlers_.on_change(*up_, *up_ ? "" : check_.url + " " + what + times);
}

void UrlProbe::wait_for_next(Clock::time_point asked) {
  timer_.expires_at(asked + check_.inter);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !question_) ask();
  });
}

}  // namespace wslb::agent
