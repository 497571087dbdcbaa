// Many send()s in one system call, by io_uring. Each is made with MSG_DONTWAIT, so it ends, one way
// or the other, before the call returns: nothing is ever under way in the kernel, and nothing has
// to be cancelled or kept alive. What is saved is less the calls than what each of them alone would
// bring: the receiver that it wakes takes the processor from the sender.
//
// Owned by a TunnelBatch, used on its thread.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <sys/types.h>

#include "base/result.h"

struct io_uring;

namespace wslb::proxy {

struct Outgoing {
  int fd = -1;
  std::string_view data;
  ssize_t result = 0;  // as of send(), but -errno where it failed
};

class SendRing {
 public:
  // Why it is not to be had: the kernel is too old, or a policy forbids it.
  static base::Result<std::unique_ptr<SendRing>> open(unsigned entries);
  explicit SendRing(std::unique_ptr<io_uring> ring);
  SendRing(const SendRing&) = delete;
  ~SendRing();

  // At most as many as it has entries. False: it does not work any more; those that it did not send
  // have -EAGAIN as their result.
  [[nodiscard]] bool send(std::span<Outgoing> all);

 private:
  std::size_t collect(std::span<Outgoing> all);

  std::unique_ptr<io_uring> ring_;
};

}  // namespace wslb::proxy
