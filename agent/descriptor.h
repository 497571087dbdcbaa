// A file descriptor that the event loop watches. Asio's own constructor throws when the kernel has
// no room for one more; this says it as a value.
#pragma once

#include <string>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "agent/file_descriptor.h"
#include "base/result.h"

namespace wslb::agent {

using Descriptor = boost::asio::posix::stream_descriptor;

// Good: `descriptor` owns it. Otherwise it has been closed.
[[nodiscard]] inline base::Result<void> watch(Descriptor& descriptor, FileDescriptor fd,
                                              const std::string& what) {
  boost::system::error_code error;
  descriptor.assign(fd.get(), error);
  if (error) return base::Error{what + ": " + error.message()};
  std::ignore = fd.release();
  return {};
}

}  // namespace wslb::agent
