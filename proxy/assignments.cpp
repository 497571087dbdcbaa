#include "proxy/assignments.h"

#include <array>
#include <memory>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <openssl/rand.h>

#include "proxy/http/encoding.h"

namespace wslb::proxy {
namespace {

constexpr std::size_t kEntriesMax = 65536;

// Nobody can guess it. Nothing: there is no chance to be had.
std::optional<std::string> make_token() {
  std::array<unsigned char, 16> bytes{};
  if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return std::nullopt;
  return http::hex_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

std::optional<std::string> Assignments::add(Slot slot, const ServerPool& pool,
                                            std::shared_ptr<const void> owner,
                                            const boost::asio::any_io_executor& executor,
                                            base::Duration time) {
  auto token = make_token();
  if (!token) return std::nullopt;
  {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= kEntriesMax) return std::nullopt;
    entries_.emplace(*token, Entry{std::move(owner), &pool, std::move(slot)});
    count_ = entries_.size();
  }
  const auto timer = std::make_shared<boost::asio::steady_timer>(executor, time);
  timer->async_wait([this, timer, token = *token](const auto&) { forget(token); });
  return token;
}

std::optional<std::size_t> Assignments::settle(std::string_view token, const ServerPool& pool) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(std::string(token));
  if (found == entries_.end()) return std::nullopt;
  const Entry& entry = found->second;
  const auto server = pool.twin_of(*entry.pool, entry.slot.server());
  if (server) entries_.erase(found);
  count_ = entries_.size();
  return server;
}

void Assignments::forget(const std::string& token) {
  const std::lock_guard lock(mutex_);
  entries_.erase(token);
  count_ = entries_.size();
}

}  // namespace wslb::proxy
