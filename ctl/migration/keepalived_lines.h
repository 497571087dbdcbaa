// keepalived.conf(5) as one host reads it: includes are followed, `@id` lines are for this host or
// not, `$NAME` stands for its definition. What comes out are lines of words. Bounded, so that
// definitions that multiply each other end in an error.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "ctl/migration/keepalived_words.h"
#include "ctl/migration/remark.h"

namespace wslb::ctl::migration {

struct KeepalivedLine {
  config::Location where;
  std::vector<Word> words;  // at least one
};

// The files that an `include` names by a path, absolute or as it is relative to the main file's
// directory, with `*`, `?` and `[...]`. The caller reads them; none where there is none.
using ReadIncluded = std::function<std::vector<config::Source>(const std::string& pattern)>;

class KeepalivedReader {
 public:
  // `config_id`: what `@id` is compared with; empty: lines with an `@` are left out.
  KeepalivedReader(std::string config_id, const ReadIncluded& read_included, Remarks& remarks)
      : config_id_(std::move(config_id)), read_included_(read_included), remarks_(remarks) {}

  [[nodiscard]] std::vector<KeepalivedLine> read(const config::Source& source);

  // The ids that `@id` lines name, `@^id` too.
  [[nodiscard]] const std::set<std::string>& ids() const { return ids_; }

 private:
  void read_file(const config::Source& source, std::size_t depth);
  void read_line(std::string_view line, const config::Location& where, std::size_t depth);
  bool is_for_this_host(std::string_view& line);
  bool define(std::string_view line);
  bool include(std::string_view line, const config::Location& where, std::size_t depth);
  std::string substitute(std::string_view line, const config::Location& where);

  std::string config_id_;
  const ReadIncluded& read_included_;
  Remarks& remarks_;
  std::vector<KeepalivedLine> lines_;
  std::map<std::string, std::string, std::less<>> definitions_;
  std::string open_definition_;  // of more lines to come; empty: none
  std::set<std::string> ids_;
  std::size_t read_ = 0;  // lines so far
  bool too_long_ = false;
};

}  // namespace wslb::ctl::migration
