#include "proxy/kept_client.h"

#include <utility>

#include <sys/socket.h>

namespace wslb::proxy {

using vault::Record;

KeptClient KeptClient::prepare(VaultLink& link, std::string_view facts) {
  KeptSlot slot = link.take_slot();
  if (!slot || facts.size() > vault::Arena::kFactBytesMax) return {};
  Record& record = slot.arena().record(slot.slot());
  record.consumed[0] = record.written[1] = 0;
  slot.arena().set_facts(slot.slot(), facts);
  record.state.store(Record::Accepted, std::memory_order_release);
  KeptClient client(std::move(slot));
  client.packet_ = VaultLink::keep_packet(client.slot_.slot(), 1);
  return client;
}

KeptClient::KeptClient(KeptSlot slot)
    : slot_(std::move(slot)), record_(&slot_.arena().record(slot_.slot())) {
  if (record_->state != Record::Accepted) set(Record::Waiting);
}

void KeptClient::describe(std::string_view facts) {
  if (record_ == nullptr) return;
  if (facts.size() > vault::Arena::kFactBytesMax) return leave();
  set(Record::Asking);  // whoever reads half of them goes on with nothing
  slot_.arena().set_facts(slot_.slot(), facts);
}

void KeptClient::settle(std::uint64_t received, std::uint64_t sent) {
  if (record_ == nullptr) return;
  record_->consumed[0] = received;
  record_->written[1] = sent;
  record_->crashes.store(0, std::memory_order_relaxed);
  set(Record::Waiting);
}

void KeptClient::look() {
  if (record_ != nullptr && state_ == Record::Waiting) set(Record::Looking);
}

void KeptClient::commit() {
  if (record_ != nullptr && state_ != Record::Asking) set(Record::Asking);
}

KeptSlot KeptClient::take_slot() {
  record_ = nullptr;
  return std::exchange(slot_, {});
}

void KeptClient::set(Record::State state) {
  state_ = state;
  record_->state.store(state, std::memory_order_release);
}

// A connect() to nowhere ends a TCP connection with a reset (connect(2), AF_UNSPEC).
void reset_connection(int socket) {
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  ::connect(socket, &nowhere, sizeof nowhere);
}

}  // namespace wslb::proxy
