// The life of a session: handshake, deadlines, end. session_input.cpp and session_output.cpp have
// the rest.
#include "agent/peers/session.h"

#include <algorithm>
#include <utility>

namespace wslb::agent::peers {

Session::Session(Settings settings, base::TimePoint now)
    : settings_(std::move(settings)),
      state_(settings_.role == Role::Dialler ? State::Dialling : State::Hello),
      heard_(now),
      heartbeat_(now + kHeartbeat) {}

Session::Received Session::receive(base::ByteView bytes, const ChangeSource& source,
                                   base::TimePoint now) {
  Received received;
  if (state_ == State::Closing) return received;
  if (!bytes.empty()) heard_ = now;
  reader_.append(bytes);
  if (state_ == State::Hello) read_hello();
  if (state_ == State::Dialling) read_status();
  if (state_ == State::Established) read_frames(source, received);
  return received;
}

void Session::ask_for_lesson() {
  request_ = true;
  lesson_ = Lesson::Asked;
}

base::TimePoint Session::next_deadline() const {
  const base::TimePoint silence = heard_ + kSilenceMax;
  if (state_ != State::Established) return silence;
  return std::min({silence, heartbeat_, refresh_due_});
}

void Session::handle_expiry(base::TimePoint now) {
  if (state_ != State::Closing && now >= heard_ + kSilenceMax) {
    close("it was silent for " + std::to_string(kSilenceMax.count()) + " s");
  }
}

void Session::close(std::string reason) {
  if (state_ == State::Closing) return;
  state_ = State::Closing;
  closing_ = std::move(reason);
}

std::uint64_t Session::acknowledged() const {
  std::uint64_t number = told_;
  for (const auto& [name, table] : ours_) {
    if (table.acknowledged < table.sent) number = std::min(number, table.acknowledged);
  }
  return number;
}

}  // namespace wslb::agent::peers
