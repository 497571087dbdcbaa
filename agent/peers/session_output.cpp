// What we say.
#include <algorithm>
#include <utility>

#include "agent/peers/session.h"
#include "agent/peers/update.h"
#include "agent/peers/varint.h"

namespace wslb::agent::peers {

void Session::write(ChangeSource& source, base::TimePoint now, std::size_t bytes_max,
                    base::Bytes& out) {
  write_handshake(out);
  if (error_ && said_hello_) append_error(out, *std::exchange(error_, std::nullopt));
  if (state_ != State::Established) return;
  write_acks(out);
  write_control(now, out);
  plan_refresh(source, now);
  bool more = true;
  while (more && out.size() < bytes_max) {
    more =
        teaching_ ? write_lesson(source, out) : write_news(source, out) || write_held(source, out);
  }
}

void Session::write_handshake(base::Bytes& out) {
  if (refusal_) append_status(out, *std::exchange(refusal_, std::nullopt));
  if (said_hello_ || state_ == State::Closing) return;
  if (settings_.role == Role::Dialler) {
    append_hello(out, {.target = settings_.peer, .sender = settings_.us}, settings_.process_id);
    said_hello_ = true;
  } else if (state_ == State::Established) {
    append_status(out, Status::Succeeded);
    said_hello_ = true;
  }
}

void Session::write_acks(base::Bytes& out) {
  for (auto& [id, table] : theirs_) {
    if (std::exchange(table.acknowledged, true)) continue;
    base::Bytes payload;
    append_varint(payload, id);
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
      payload.push_back(static_cast<std::uint8_t>(table.last_id >> shift));
    }
    append_frame(out, TableType::Ack, payload);
  }
}

void Session::write_control(base::TimePoint now, base::Bytes& out) {
  if (std::exchange(confirm_, false)) append_control(out, ControlType::Confirm);
  if (std::exchange(request_, false)) append_control(out, ControlType::Request);
  if (now < heartbeat_) return;
  append_control(out, ControlType::Heartbeat);
  heartbeat_ = now + kHeartbeat;
}

// One entry of the lesson, or its end. False: nothing more now. News wait for the peer to confirm,
// as the protocol wants it.
bool Session::write_lesson(ChangeSource& source, base::Bytes& out) {
  if (teaching_->finished) return false;
  const auto change = source.next_change(teaching_->told, peer(), Scope::Everything);
  if (change && change->number <= teaching_->until) {
    teaching_->told = change->number;
    const Table* table = source.table(change->update.table);
    if (table != nullptr) write_change(*change, *table, out);
    return true;
  }
  // What the lesson had is no news.
  told_ = std::max(told_, teaching_->until);
  append_control(out, source.complete() ? ControlType::Finished : ControlType::Partial);
  teaching_->finished = true;
  return false;
}

bool Session::write_news(ChangeSource& source, base::Bytes& out) {
  if (lesson_ == Lesson::Asked) return false;
  const auto change = source.next_change(told_, peer(), Scope::News);
  if (!change) {
    told_ = std::max(told_, source.newest());
    return false;
  }
  const Table* table = source.table(change->update.table);
  if (table != nullptr) write_change(*change, *table, out);
  told_ = change->number;
  return true;
}

void Session::plan_refresh(const ChangeSource& source, base::TimePoint now) {
  const base::Duration interval = source.refresh_interval();
  if (interval == base::Duration::max()) {
    refresh_due_ = base::TimePoint::max();
    return;
  }
  const bool due = now >= refresh_due_;
  if (due && !refresh_) refresh_ = {.told = 0, .until = source.newest()};
  refresh_due_ = due ? now + interval : std::min(refresh_due_, now + interval);
}

// Behind the news.
bool Session::write_held(ChangeSource& source, base::Bytes& out) {
  if (!refresh_ || lesson_ == Lesson::Asked) return false;
  const auto change = source.next_change(refresh_->told, peer(), Scope::Held);
  if (!change || change->number > refresh_->until) {
    refresh_.reset();
    return false;
  }
  refresh_->told = change->number;
  const Table* table = source.table(change->update.table);
  if (table != nullptr) write_change(*change, *table, out);
  return true;
}

void Session::write_change(const Change& change, const Table& table, base::Bytes& out) {
  if (table.name.size() > kTableNameBytesMax || table.key_length > kKeyBytesMax) return;
  OurTable& ours = switch_to(table, out);
  const auto id = static_cast<std::uint32_t>(change.number);
  append_update(out, table, change.update, {.id = id, .last_id = ours.last_id}, hello_.timed,
                sent_names_);
  ours.last_id = id;
  // Nothing of this table was outstanding, so nothing before this change is.
  if (ours.acknowledged >= ours.sent) ours.acknowledged = std::max(ours.acknowledged, told_);
  ours.sent = std::max(ours.sent, change.number);
}

// A table that was redefined here, by a reload, is defined anew under its old number.
Session::OurTable& Session::switch_to(const Table& table, base::Bytes& out) {
  const auto [place, is_new] = ours_.try_emplace(table.name);
  OurTable& ours = place->second;
  if (is_new) ours.id = ours_.size();
  if (our_table_ == &ours && ours.table == table) return ours;
  if (is_new || ours.table != table) {
    ours.table = table;
    append_definition(out, ours.id, table);
  } else {
    base::Bytes payload;
    append_varint(payload, ours.id);
    append_frame(out, TableType::Switch, payload);
  }
  our_table_ = &ours;
  return ours;
}

}  // namespace wslb::agent::peers
