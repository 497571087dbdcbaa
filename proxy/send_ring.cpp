#include "proxy/send_ring.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <liburing.h>
#include <sys/socket.h>

namespace wslb::proxy {

base::Result<std::unique_ptr<SendRing>> SendRing::open(unsigned entries) {
  auto ring = std::make_unique<io_uring>();
  const int error = io_uring_queue_init(entries, ring.get(), 0);
  if (error < 0) return base::Error{std::strerror(-error)};
  auto made = std::make_unique<SendRing>(std::move(ring));
  io_uring_probe* const probe = io_uring_get_probe_ring(made->ring_.get());
  const bool sends = probe != nullptr && io_uring_opcode_supported(probe, IORING_OP_SEND) != 0;
  io_uring_free_probe(probe);
  if (!sends) return base::Error{"this kernel's io_uring cannot send"};
  return made;
}

SendRing::SendRing(std::unique_ptr<io_uring> ring) : ring_(std::move(ring)) {}

SendRing::~SendRing() {
  io_uring_queue_exit(ring_.get());
}

bool SendRing::send(std::span<Outgoing> all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    io_uring_sqe* const entry = io_uring_get_sqe(ring_.get());
    const std::string_view data = all[i].data;
    io_uring_prep_send(entry, all[i].fd, data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    io_uring_sqe_set_data64(entry, i);
    all[i].result = -EAGAIN;
  }
  for (std::size_t ended = 0; ended < all.size();) {
    const int submitted =
        io_uring_submit_and_wait(ring_.get(), static_cast<unsigned>(all.size() - ended));
    ended += collect(all);
    if (submitted < 0 && submitted != -EINTR) return false;
  }
  return true;
}

std::size_t SendRing::collect(std::span<Outgoing> all) {
  unsigned head = 0;
  unsigned count = 0;
  io_uring_cqe* ended = nullptr;
  io_uring_for_each_cqe(ring_.get(), head, ended) {
    all[io_uring_cqe_get_data64(ended)].result = ended->res;
    ++count;
  }
  io_uring_cq_advance(ring_.get(), count);
  return count;
}

}  // namespace wslb::proxy
