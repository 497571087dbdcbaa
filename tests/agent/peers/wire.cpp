#include "wire.h"

#include <algorithm>
#include <charconv>

namespace wslb::agent::peers {

base::TimePoint at(std::chrono::milliseconds since_start) {
  return base::TimePoint(std::chrono::hours(1) + since_start);
}

base::Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

std::string text_of(const base::Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

base::Bytes from_hex(std::string_view hex) {
  base::Bytes bytes;
  for (std::size_t at = 0; at < hex.size(); at += 3) {
    std::from_chars(hex.data() + at, hex.data() + at + 2, bytes.emplace_back(), 16);
  }
  return bytes;
}

base::Bytes End::write(base::TimePoint now, std::size_t bytes_max) {
  base::Bytes all;
  for (int round = 0; round < 10000; ++round) {
    base::Bytes piece;
    session.write(store, now, bytes_max, piece);
    if (piece.empty()) break;
    all.insert(all.end(), piece.begin(), piece.end());
  }
  return all;
}

void End::read(base::ByteView bytes, base::TimePoint now) {
  Session::Received received = session.receive(bytes, store, now);
  if (session.awaits_admission()) session.admit();
  store.put_all(received.updates, session.peer());
  remarks.insert(remarks.end(), received.remarks.begin(), received.remarks.end());
}

End dialler(std::vector<Table> tables) {
  return {Store(std::move(tables)),
          Session({.role = Role::Dialler, .us = "wslb", .peer = "hap", .process_id = 7}, at({})),
          {}};
}

End listener(std::vector<Table> tables) {
  return {Store(std::move(tables)), Session({.role = Role::Listener, .us = "hap"}, at({})), {}};
}

void talk(End& one, End& other, base::TimePoint now, std::size_t piece) {
  const auto carry = [&](End& from, End& to) {
    const base::Bytes bytes = from.write(now);
    for (std::size_t begin = 0; begin < bytes.size(); begin += std::min(piece, bytes.size())) {
      to.read(base::ByteView(bytes).subspan(begin, std::min(piece, bytes.size() - begin)), now);
    }
    return !bytes.empty();
  };
  for (int round = 0; round < 100; ++round) {
    const bool there = carry(one, other);
    if (!carry(other, one) && !there) return;
  }
}

}  // namespace wslb::agent::peers
