// What a new stream tells its proxy: everything that was kept before the stream began, packet by
// packet, whatever the proxy already wants meanwhile. Arena, listeners, slots of two sockets, slots
// of one, the end. Used by VaultStream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/vault.h"

namespace wslb::agent {

class VaultDelivery {
 public:
  // The descriptors are the vault's, and valid as long as it is not told anything.
  struct Parcel {
    std::string bytes;
    std::vector<int> descriptors;
  };

  explicit VaultDelivery(const Vault& vault) : vault_(vault) {}

  // nullopt: the proxy has got everything. The same one again until it is sent().
  [[nodiscard]] std::optional<Parcel> next();
  void sent() { here_ = after_; }

 private:
  enum class Stage : std::uint8_t { Arena, Listeners, Pairs, Singles, Complete, Done };
  struct Place {
    Stage stage = Stage::Arena;
    std::size_t listener = 0;  // the next one
    std::uint64_t slot = 0;    // that, or the next one that is kept
  };

  [[nodiscard]] std::optional<Parcel> of_stage();
  [[nodiscard]] std::optional<Parcel> arena();
  [[nodiscard]] std::optional<Parcel> listeners();
  [[nodiscard]] std::optional<Parcel> slots(std::size_t sockets);
  [[nodiscard]] std::optional<Parcel> complete();

  const Vault& vault_;
  Place here_;
  Place after_;  // the parcel that next() has returned
};

}  // namespace wslb::agent
