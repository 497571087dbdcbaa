#include "proxy/tls_certificate.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "base/file.h"
#include "proxy/tls_context.h"

namespace wslb::proxy {
namespace {

using Bio = std::unique_ptr<BIO, TlsCertificate::Free<BIO_free>>;

Bio reader_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// A key with a password would make OpenSSL ask on the terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) {
  return -1;
}

std::string in_small_letters(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string asn1_text(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

// The common name and the DNS names, as HAProxy takes both.
std::vector<std::string> names_of(X509& certificate) {
  std::set<std::string> names;
  X509_NAME* const subject = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at >= 0) {
    names.insert(
        in_small_letters(asn1_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)))));
  }
  auto* const alternatives = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(alternatives, i);
    if (name->type == GEN_DNS) names.insert(in_small_letters(asn1_text(name->d.dNSName)));
  }
  GENERAL_NAMES_free(alternatives);
  ERR_clear_error();
  return {names.begin(), names.end()};
}

std::optional<std::string> concern_of(const X509& certificate, const std::string& path) {
  if (X509_cmp_current_time(X509_get0_notAfter(&certificate)) < 0) {
    return "the certificate " + path + " has expired; clients will refuse it";
  }
  if (X509_cmp_current_time(X509_get0_notBefore(&certificate)) > 0) {
    return "the certificate " + path + " is not valid yet; clients will refuse it";
  }
  return std::nullopt;
}

base::Result<void> read_key(TlsCertificate& certificate, const std::string& text) {
  certificate.key.reset(
      PEM_read_bio_PrivateKey(reader_of(text).get(), nullptr, no_password, nullptr));
  if (certificate.key) return {};
  ERR_clear_error();
  const std::string beside = certificate.path + ".key";
  if (::access(beside.c_str(), F_OK) != 0) {
    return base::Error{"the certificate " + certificate.path +
                       " has no private key, neither in the file (it must have no password) nor "
                       "in " +
                       beside};
  }
  const auto key_text = base::read_file(beside);
  if (!key_text) return key_text.error();
  certificate.key.reset(
      PEM_read_bio_PrivateKey(reader_of(*key_text).get(), nullptr, no_password, nullptr));
  if (certificate.key) return {};
  return base::Error{"cannot read the private key " + beside + ": " + tls_reason()};
}

}  // namespace

base::Result<TlsCertificate> load_certificate(const std::string& path) {
  const auto text = base::read_file(path);
  if (!text) return text.error();
  TlsCertificate certificate;
  certificate.path = path;
  const Bio reader = reader_of(*text);
  certificate.leaf.reset(PEM_read_bio_X509(reader.get(), nullptr, no_password, nullptr));
  if (!certificate.leaf) {
    return base::Error{"cannot read a certificate from " + path + ": " + tls_reason()};
  }
  while (X509* const next = PEM_read_bio_X509(reader.get(), nullptr, no_password, nullptr)) {
    certificate.chain.emplace_back(next);
  }
  ERR_clear_error();
  if (auto read = read_key(certificate, *text); !read) return read.error();
  if (X509_check_private_key(certificate.leaf.get(), certificate.key.get()) != 1) {
    ERR_clear_error();
    return base::Error{"the private key of " + path + " belongs to another certificate"};
  }
  certificate.names = names_of(*certificate.leaf);
  certificate.concern = concern_of(*certificate.leaf, path);
  return certificate;
}

base::Result<void> use_certificate(SSL_CTX& context, const TlsCertificate& certificate) {
  bool good = SSL_CTX_use_certificate(&context, certificate.leaf.get()) == 1 &&
              SSL_CTX_use_PrivateKey(&context, certificate.key.get()) == 1;
  for (const auto& link : certificate.chain) {
    good = good && SSL_CTX_add1_chain_cert(&context, link.get()) == 1;
  }
  if (good) return {};
  return base::Error{"cannot use the certificate " + certificate.path + ": " + tls_reason()};
}

}  // namespace wslb::proxy
