// What `wslbctl import` has to say about a line that it did not carry over as it stands.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/diagnostic.h"

namespace wslb::ctl::migration {

struct Remark {
  // Note: nothing is lost. Beside: it matters as long as one host still runs Keepalived, and the
  // result does what the original did all the same. ToDo: without the operator it does not.
  enum class Kind : std::uint8_t { Note, Beside, ToDo };

  Kind kind = Kind::Note;
  config::Location where;
  std::string text;  // what is not carried over, and what to do

  // "keepalived.conf:12: to do: 'virtual_routes' ...".
  [[nodiscard]] std::string to_string() const {
    const std::string line = where.line > 0 ? ":" + std::to_string(where.line) : "";
    return where.file + line + ": " + word_of(kind) + ": " + text;
  }
  [[nodiscard]] static std::string word_of(Kind kind) {
    if (kind == Kind::Note) return "note";
    return kind == Kind::Beside ? "beside Keepalived" : "to do";
  }
};

class Remarks {
 public:
  void note(const config::Location& where, std::string text) {
    add({Remark::Kind::Note, where, std::move(text)});
  }
  void beside(const config::Location& where, std::string text) {
    add({Remark::Kind::Beside, where, std::move(text)});
  }
  void todo(const config::Location& where, std::string text) {
    add({Remark::Kind::ToDo, where, std::move(text)});
  }
  [[nodiscard]] const std::vector<Remark>& all() const { return all_; }
  // Files in the order in which they were first spoken of, their lines from top to bottom.
  void sort() {
    std::vector<std::string> files;
    for (const Remark& remark : all_) {
      if (std::ranges::count(files, remark.where.file) == 0) files.push_back(remark.where.file);
    }
    std::ranges::stable_sort(all_, {}, [&](const Remark& remark) {
      return std::pair(std::ranges::find(files, remark.where.file) - files.begin(),
                       remark.where.line);
    });
  }
  [[nodiscard]] bool anything_to_do() const {
    return std::ranges::count(all_, Remark::Kind::ToDo, &Remark::kind) > 0;
  }

 private:
  // A file that is read for several nodes says the same several times.
  void add(Remark remark) {
    if (said_.emplace(remark.where, remark.text).second) all_.push_back(std::move(remark));
  }

  std::vector<Remark> all_;
  std::set<std::pair<config::Location, std::string>> said_;
};

}  // namespace wslb::ctl::migration
