// Reads lines one after another and hands each to the section it is in. Sections begin with their
// own keyword and end with the next one or with the file.
#pragma once

#include <functional>
#include <string>

#include "config/draft.h"
#include "config/lexer.h"

namespace wslb::config {

class Loader {
 public:
  Loader(Diagnostics& diagnostics, const ReadFile& read_file)
      : diagnostics_(diagnostics), read_file_(read_file) {}

  void begin_file() { apply_ = nullptr; }
  void read(const Line& line);

  // Checks what all sections say together. Nothing may be read after it.
  [[nodiscard]] Config finish();

 private:
  bool begin_section(const Line& line);
  void begin_global(const Line& line);
  void begin_cluster(const Line& line);
  void begin_vrrp(const Line& line);
  void begin_userlist(const Line& line);
  void begin_peers(const Line& line);
  void begin_http_errors(const Line& line);
  void begin_resolvers(const Line& line);
  void begin_defaults(const Line& line);
  void begin_proxy(const Line& line, ProxySection::Kind kind);
  bool read_name(const Line& line, std::string& name);
  const ProxyDraft* find_defaults(const Line& line, const std::string& name);
  void read_outside(const Line& line);

  Diagnostics& diagnostics_;
  const ReadFile& read_file_;
  Draft draft_;
  // What a line of the current section goes to; empty before the first section of a file.
  std::function<void(const Line&)> apply_;
};

}  // namespace wslb::config
