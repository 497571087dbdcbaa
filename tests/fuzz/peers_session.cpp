// All that a peer may send in its life: into a session as it comes, and a second time byte by
// byte, which must not change anything. The first byte says who dialled.
#include <cstdint>
#include <cstdlib>

#include "agent/peers/session.h"

namespace {

using namespace wslb;
using namespace wslb::agent::peers;

class OneTable : public ChangeSource {
 public:
  [[nodiscard]] const Table* table(const std::string& name) const override {
    return name == table_.name ? &table_ : nullptr;
  }
  std::optional<Change> next_change(std::uint64_t after, const std::string& /*peer*/,
                                    Scope /*scope*/) override {
    if (after >= newest()) return std::nullopt;
    return Change{after + 1, {.table = "bk", .key = {'k'}, .server = "s1"}};
  }
  [[nodiscard]] std::uint64_t newest() const override { return 3; }
  [[nodiscard]] base::Duration refresh_interval() const override { return std::chrono::seconds(1); }
  [[nodiscard]] bool complete() const override { return true; }

 private:
  Table table_{.name = "bk",
               .key_type = KeyType::String,
               .key_length = 64,
               .expire = std::chrono::seconds(30),
               .data = {{.type = kServerKey}}};
};

struct Outcome {
  std::vector<Update> updates;
  std::optional<std::string> closing;

  bool operator==(const Outcome&) const = default;
};

Outcome play(Role role, base::ByteView bytes, std::size_t piece) {
  const base::TimePoint now{};
  OneTable source;
  Session session({.role = role, .us = "wslb", .peer = "hap", .process_id = 1}, now);
  Outcome outcome;
  base::Bytes out;
  session.write(source, now, 4096, out);
  while (!bytes.empty()) {
    const std::size_t size = std::min(piece, bytes.size());
    auto received = session.receive(bytes.first(size), source, now);
    if (session.awaits_admission()) {
      session.admit();
      const auto rest = session.receive({}, source, now);
      received.updates.insert(received.updates.end(), rest.updates.begin(), rest.updates.end());
    }
    for (Update& update : received.updates) {
      if (update.key.size() > 64 || update.server.size() > kPayloadBytesMax) std::abort();
      outcome.updates.push_back(std::move(update));
    }
    bytes = bytes.subspan(size);
  }
  out.clear();
  session.write(source, now + std::chrono::seconds(4), 4096, out);
  if (out.size() > 2 * kPayloadBytesMax) std::abort();
  outcome.closing = session.closing();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Role role = data[0] % 2 == 0 ? Role::Dialler : Role::Listener;
  const base::ByteView bytes(data + 1, size - 1);
  if (play(role, bytes, size) != play(role, bytes, 1)) std::abort();
  return 0;
}
