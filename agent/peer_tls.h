// TLS 1.3 between two agents with a pre-shared key of the cluster's secret (RFC 9257): no
// certificates that can expire. Each pair of nodes has keys of its own, and its client and server
// are fixed, so that nothing can be reflected; the identity names both and the key's number.
// Ephemeral Diffie-Hellman is always part of it. Used by PeerLinks.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "base/result.h"
#include "config/cluster.h"
#include "vrrp/keyring.h"

namespace wslb::agent {

class PeerTls {
 public:
  // Between `client`, which dials, and `server`. Where the cluster has no secret, the key is one
  // that anybody can make: there is nothing that `secret none` protects.
  static base::Result<std::unique_ptr<PeerTls>> make(const config::Cluster& cluster,
                                                     const std::string& client,
                                                     const std::string& server);
  PeerTls(std::string identity, vrrp::Keyring keys);
  PeerTls(const PeerTls&) = delete;
  PeerTls& operator=(const PeerTls&) = delete;

  [[nodiscard]] boost::asio::ssl::context& context() { return context_; }

  // Of the key with that identity; null: there is none. For OpenSSL's callbacks.
  [[nodiscard]] const vrrp::NumberedKey* find(std::string_view identity) const;
  [[nodiscard]] std::string identity_of(const vrrp::NumberedKey& key) const;
  [[nodiscard]] const vrrp::Keyring& keys() const { return keys_; }

 private:
  std::string identity_;
  vrrp::Keyring keys_;
  boost::asio::ssl::context context_;
};

}  // namespace wslb::agent
