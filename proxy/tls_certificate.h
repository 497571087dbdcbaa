// A certificate with its chain and its key, as HAProxy keeps them: PEM blocks in one file in any
// order, or the key beside it in FILE.key.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "base/result.h"

namespace wslb::proxy {

struct TlsCertificate {
  template <auto Function>
  struct Free {
    template <typename T>
    void operator()(T* object) const {
      Function(object);
    }
  };
  std::string path;
  std::unique_ptr<X509, Free<X509_free>> leaf;
  std::vector<std::unique_ptr<X509, Free<X509_free>>> chain;
  std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>> key;
  std::vector<std::string> names;      // that it is for, in small letters, "*.x" too
  std::optional<std::string> concern;  // such as that it has expired
};

[[nodiscard]] base::Result<TlsCertificate> load_certificate(const std::string& path);

// Presents it in that context.
[[nodiscard]] base::Result<void> use_certificate(SSL_CTX& context,
                                                 const TlsCertificate& certificate);

}  // namespace wslb::proxy
