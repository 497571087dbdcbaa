// What a peer says.
#include <algorithm>
#include <utility>

#include "agent/peers/session.h"
#include "agent/peers/update.h"
#include "agent/peers/varint.h"

namespace wslb::agent::peers {
namespace {

bool is_update(std::uint8_t type) {
  switch (static_cast<TableType>(type)) {
    case TableType::Update:
    case TableType::Incremental:
    case TableType::TimedUpdate:
    case TableType::TimedIncremental:
      return true;
    case TableType::Define:
    case TableType::Switch:
    case TableType::Ack:
      return false;
  }
  return false;
}

}  // namespace

// HAProxy never dials again where it is answered 503 or 504, whatever becomes of our configuration
// later; so a wrong name gets no answer but the end of the connection. Only what no configuration
// mends is said.
void Session::read_hello() {
  while (state_ == State::Hello) {
    const auto line = reader_.next_line();
    if (reader_.too_long()) return close("its first lines are too long");
    if (!line) return;
    if (hello_lines_ == 0) {
      const Status status = read_protocol(*line, hello_);
      if (status != Status::Succeeded) {
        refusal_ = status;
        return close(status == Status::BadVersion ? "it speaks another version of the protocol"
                                                  : "it does not speak HAProxy's peers protocol");
      }
    } else if (hello_lines_ == 1) {
      if (*line != settings_.us) return close("it asks for '" + *line + "', which is not our name");
    } else {
      settings_.peer = read_sender(*line);
      state_ = State::Greeted;
    }
    ++hello_lines_;
  }
}

void Session::read_status() {
  const auto line = reader_.next_line();
  if (reader_.too_long()) return close("its status line is too long");
  if (!line) return;
  if (*line != "200") return close(explain_status(*line));
  state_ = State::Established;
}

void Session::read_frames(const ChangeSource& source, Received& received) {
  while (state_ == State::Established) {
    const auto frame = reader_.next();
    if (!frame) break;
    handle_frame(*frame, source, received);
  }
  if (state_ == State::Established && reader_.too_long())
    refuse(ErrorType::SizeLimit, "a message that is too long");
}

// Classes and types that we do not know belong to a newer protocol; their frames say where they
// end.
void Session::handle_frame(const Frame& frame, const ChangeSource& source, Received& received) {
  switch (static_cast<MessageClass>(frame.message_class)) {
    case MessageClass::Control:
      return handle_control(frame.type, source);
    case MessageClass::Error:
      return close(frame.type == static_cast<std::uint8_t>(ErrorType::SizeLimit)
                       ? "it finds a message of ours too long"
                       : "it finds an error in what we said");
    case MessageClass::Table:
      return handle_table(frame, source, received);
  }
}

void Session::handle_control(std::uint8_t type, const ChangeSource& source) {
  switch (static_cast<ControlType>(type)) {
    case ControlType::Request:
      if (!teaching_ || teaching_->finished) teaching_ = {.told = 0, .until = source.newest()};
      return;
    case ControlType::Finished:
    case ControlType::Partial:
      confirm_ = true;
      if (lesson_ != Lesson::Asked) return;
      lesson_ = type == static_cast<std::uint8_t>(ControlType::Finished) ? Lesson::Complete
                                                                         : Lesson::Partial;
      return;
    case ControlType::Confirm:
      if (teaching_ && teaching_->finished) teaching_.reset();
      return;
    case ControlType::Heartbeat:
      return;  // that it was heard is all
  }
}

void Session::handle_table(const Frame& frame, const ChangeSource& source, Received& received) {
  if (is_update(frame.type)) return handle_update(frame, source, received);
  switch (static_cast<TableType>(frame.type)) {
    case TableType::Define:
      return handle_definition(frame.payload, source, received);
    case TableType::Switch:
      return handle_switch(frame.payload);
    case TableType::Ack:
      return handle_ack(frame.payload);
    case TableType::Update:
    case TableType::Incremental:
    case TableType::TimedUpdate:
    case TableType::TimedIncremental:
      return;
  }
}

void Session::handle_definition(base::ByteView payload, const ChangeSource& source,
                                Received& received) {
  auto definition = decode_definition(payload);
  if (!definition) return refuse(ErrorType::Protocol, "a definition of a table that is malformed");
  if (theirs_.size() >= kTablesMax && !theirs_.contains(definition->id)) {
    return refuse(ErrorType::SizeLimit, "more than 256 tables");
  }
  TheirTable& table = theirs_[definition->id];
  const bool is_news = table.table != definition->table;
  table.table = std::move(definition->table);
  their_table_ = &table;
  const Table* ours = source.table(table.table.name);
  if (is_news && ours != nullptr && !same_keys(*ours, table.table)) {
    received.remarks.push_back("its table '" + table.table.name +
                               "' has keys of another type or length than ours; nothing of it is "
                               "shared until both sides have the same 'stick-table' line");
  }
}

void Session::handle_switch(base::ByteView payload) {
  base::ByteReader reader(payload);
  const auto found = theirs_.find(read_varint(reader));
  if (!reader.ok() || found == theirs_.end()) {
    return refuse(ErrorType::Protocol, "a table that it never defined");
  }
  their_table_ = &found->second;
}

void Session::handle_update(const Frame& frame, const ChangeSource& source, Received& received) {
  if (their_table_ == nullptr) return refuse(ErrorType::Protocol, "an entry before any table");
  TheirTable& theirs = *their_table_;
  auto decoded =
      decode_update(frame.type, frame.payload, theirs.table, theirs.last_id, learned_names_);
  if (!decoded) return refuse(ErrorType::Protocol, "an entry that is malformed");
  theirs.last_id = decoded->id;
  const Table* ours = source.table(theirs.table.name);
  if (ours == nullptr || !same_keys(*ours, theirs.table)) return;
  theirs.acknowledged = false;
  // How many connections a client has here is no other's to say.
  std::erase_if(decoded->update.data, [](const Datum& datum) { return datum.type == kConnCur; });
  received.updates.push_back(std::move(decoded->update));
}

void Session::handle_ack(base::ByteView payload) {
  base::ByteReader reader(payload);
  const std::uint64_t id = read_varint(reader);
  const std::uint32_t number = reader.u32();
  if (!reader.ok()) return refuse(ErrorType::Protocol, "an acknowledgement that is malformed");
  for (auto& [name, table] : ours_) {
    if (table.id != id) continue;
    // The newest change we have sent that has this number in its low half.
    const auto behind = static_cast<std::uint32_t>(table.sent) - number;
    if (behind > table.sent) return;
    table.acknowledged = std::max(table.acknowledged, table.sent - behind);
  }
}

void Session::refuse(ErrorType error, const std::string& what) {
  error_ = error;
  close("it sent " + what);
}

}  // namespace wslb::agent::peers
