#include "agent/secret_file.h"

#include <cstdlib>

#include <sys/stat.h>

#include "agent/file_descriptor.h"
#include "base/file.h"

namespace wslb::agent {
namespace {

// systemd hands it over as the agent's own file (LoadCredential=), so that the one that the
// configuration names may be root's alone. The credential has the name of the file; "none" is the
// unit's word for a file that is not there.
std::string find_secret(const std::string& path) {
  const char* const directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr) return path;
  const std::string credential = directory + ("/" + path.substr(path.rfind('/') + 1));
  const auto text = base::read_file(credential);
  return text && *text != "none" ? credential : path;
}

}  // namespace

base::Result<vrrp::Keyring> read_secret(const config::Cluster& cluster, std::string_view purpose) {
  if (!cluster.secret_file) return vrrp::Keyring();
  const std::string path = find_secret(*cluster.secret_file);
  const std::string what = "secret-file " + path + ": ";
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    return base::Error{system_error("secret-file " + path).message +
                       "; make one with 'wslbctl keygen' and copy it to every node"};
  }
  // The group may be the agent's own, if the agent does not run as root.
  if ((found.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
    return base::Error{what + "others than its owner and group may use it; chmod 0640 or 0400"};
  }
  const auto text = base::read_file(path);
  if (!text) return base::Error{"secret-file: " + text.error().message};
  auto keys = vrrp::parse_secret(*text, purpose);
  if (!keys) return base::Error{what + keys.error().message};
  return std::move(*keys);
}

}  // namespace wslb::agent
