// Listening sockets on addresses of this host that may not be there yet, as at boot. Used by
// PeerLinks and HaproxyPeers.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/ip_address.h"
#include "base/result.h"

namespace wslb::agent {

[[nodiscard]] boost::asio::ip::tcp::endpoint to_asio(const base::Endpoint& endpoint);

// The error says where it could not listen, and why.
[[nodiscard]] base::Result<boost::asio::ip::tcp::acceptor> listen_on(
    boost::asio::io_context& io, const base::Endpoint& endpoint);

}  // namespace wslb::agent
