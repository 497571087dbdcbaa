#include "proxy/tls_bind_context.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <sstream>

#include "base/file.h"
#include "proxy/tls_ticket_keys.h"

namespace wslb::proxy {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

// The files of a directory as HAProxy takes them: in the order of their names, without hidden ones
// and those that belong to a certificate beside them.
std::vector<std::string> certificates_in(const std::string& directory) {
  constexpr auto kSkipped = std::to_array<std::string_view>({".issuer", ".ocsp", ".sctl", ".key"});
  std::vector<std::string> paths;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename().string();
    const bool skipped = name.starts_with('.') || !entry.is_regular_file(ignored) ||
                         std::ranges::count(kSkipped, entry.path().extension().string()) > 0;
    if (!skipped) paths.push_back(entry.path().string());
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace

std::shared_ptr<const TlsBindContext> TlsBindContext::load(const config::Bind& bind,
                                                           const config::GlobalTls& global,
                                                           config::Diagnostics& diagnostics) {
  const std::shared_ptr<TlsBindContext> loaded(new TlsBindContext(bind, global));
  config::Diagnostics found;
  loaded->load_all(found);
  for (const config::Diagnostic& each : found.all()) {
    const bool error = each.severity == config::Severity::Error;
    if (error) diagnostics.error(each.where, each.message);
    if (!error) diagnostics.warning(each.where, each.message);
  }
  return found.has_errors() ? nullptr : loaded;
}

void TlsBindContext::load_all(config::Diagnostics& diagnostics) {
  for (const std::string& path : tls_.certificates) load_path(path, diagnostics);
  for (const std::string& path : tls_.lists) load_list(path, diagnostics);
  if (!entries_.empty() || diagnostics.has_errors()) return;
  diagnostics.error(bind_.where, "'bind' 'ssl' found no certificate in what 'crt' names");
}

void TlsBindContext::load_path(const std::string& path, config::Diagnostics& diagnostics) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    return add(path, {}, bind_.where, diagnostics);
  }
  for (const std::string& file : certificates_in(path)) add(file, {}, bind_.where, diagnostics);
}

// Lines of `FILE [NAME...]`: the names take the place of the certificate's own; `!NAME` excludes
// one from its wildcards.
void TlsBindContext::load_list(const std::string& path, config::Diagnostics& diagnostics) {
  const auto text = base::read_file(path);
  if (!text) return diagnostics.error(bind_.where, "'bind' 'crt-list': " + text.error().message);
  std::istringstream lines(*text);
  config::Location where{path, 0};
  for (std::string line; std::getline(lines, line);) {
    ++where.line;
    std::istringstream words(line.substr(0, line.find('#')));
    std::string file;
    if (!(words >> file)) continue;
    std::vector<std::string> filters;
    bool has_options = false;
    for (std::string word; words >> word;) {
      has_options |= word.starts_with('[');
      filters.push_back(lower(word));
    }
    if (has_options) {
      diagnostics.error(where, "options in brackets are not supported by this version of wslb");
      continue;
    }
    if (!file.starts_with('/') && !global_.crt_base.empty()) file = global_.crt_base + "/" + file;
    add(file, filters, where, diagnostics);
  }
}

void TlsBindContext::add(const std::string& path, const std::vector<std::string>& filters,
                         const config::Location& where, config::Diagnostics& diagnostics) {
  const auto certificate = load_certificate(path);
  if (!certificate) return diagnostics.error(where, "'bind' 'crt': " + certificate.error().message);
  if (certificate->concern) diagnostics.warning(where, "'bind' 'crt': " + *certificate->concern);
  auto context = make_context(*certificate);
  if (!context) return diagnostics.error(where, "'bind' 'ssl': " + context.error().message);
  auto entry = std::make_unique<Entry>(Entry{std::move(*context), {}});
  for (const std::string& name : filters.empty() ? certificate->names : filters) {
    if (name.starts_with('!')) {
      entry->excluded.insert(name.substr(1));
    } else if (name.starts_with("*.")) {
      wildcards_.emplace(name.substr(1), entry.get());
    } else {
      exact_.emplace(name, entry.get());
    }
  }
  entries_.push_back(std::move(entry));
}

base::Result<TlsContextPointer> TlsBindContext::make_context(const TlsCertificate& certificate) {
  auto made = make_tls_context(TLS_server_method(), tls_);
  if (!made) return made.error();
  SSL_CTX* const context = made->get();
  if (auto used = use_certificate(*context, certificate); !used) return used.error();
  const auto verify = tls_.verify.value_or(config::TlsVerify::None);
  if (verify != config::TlsVerify::None) {
    if (auto loaded = load_authorities(*context, tls_); !loaded) return loaded.error();
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(tls_.ca_file.c_str()));
    SSL_CTX_set_verify(
        context,
        SSL_VERIFY_PEER |
            (verify == config::TlsVerify::Required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
        nullptr);
  }
  // A session of one line is not one of another: they may verify differently.
  const std::string line = bind_.where.file + ":" + std::to_string(bind_.where.line);
  const std::string id = line.substr(line.size() - std::min<std::size_t>(line.size(), 32));
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(id.data()),
                                 static_cast<unsigned>(id.size()));
  SSL_CTX_sess_set_cache_size(context, static_cast<long>(global_.session_cache));
  SSL_CTX_set_session_cache_mode(
      context, global_.session_cache > 0 ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(
      context, std::chrono::duration_cast<std::chrono::seconds>(global_.session_lifetime).count());
  SSL_CTX_set_num_tickets(context, tls_.tickets.value_or(true) ? 1 : 0);
  use_rotating_ticket_keys(*context);
  SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                        reinterpret_cast<void (*)()>(on_name));
  SSL_CTX_set_tlsext_servername_arg(context, this);
  if (!alpn_.empty()) SSL_CTX_set_alpn_select_cb(context, on_alpn, this);
  return made;
}

std::unique_ptr<TlsConnection> TlsBindContext::accept(int fd) const {
  SSL* const ssl = SSL_new(entries_.front()->context.get());
  if (ssl != nullptr) SSL_set_accept_state(ssl);
  return std::make_unique<TlsConnection>(ssl, fd, shared_from_this());
}

SSL_CTX* TlsBindContext::find(std::string_view name) const {
  if (const auto found = exact_.find(name); found != exact_.end()) {
    return found->second->context.get();
  }
  const auto dot = std::min(name.find('.'), name.size());
  const auto found = wildcards_.find(name.substr(dot));
  if (found == wildcards_.end() || found->second->excluded.contains(std::string(name))) {
    return nullptr;
  }
  return found->second->context.get();
}

int TlsBindContext::on_name(SSL* ssl, int* alert, void* self) {
  const auto& bind = *static_cast<const TlsBindContext*>(self);
  const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  SSL_CTX* const chosen = name == nullptr ? nullptr : bind.find(lower(name));
  if (chosen != nullptr) SSL_set_SSL_CTX(ssl, chosen);
  if (chosen != nullptr || !bind.tls_.strict_sni) {
    return name == nullptr ? SSL_TLSEXT_ERR_NOACK : SSL_TLSEXT_ERR_OK;
  }
  *alert = SSL_AD_UNRECOGNIZED_NAME;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int TlsBindContext::on_alpn(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                            const unsigned char* in, unsigned in_size, void* self) {
  const std::string& ours = static_cast<const TlsBindContext*>(self)->alpn_;
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_size, reinterpret_cast<const unsigned char*>(ours.data()),
                            static_cast<unsigned>(ours.size()), in, in_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace wslb::proxy
