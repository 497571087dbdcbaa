#include "config/acl_test.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "config/acl_pattern.h"
#include "config/sample_fetch.h"
#include "config/spelling.h"

namespace wslb::config {
namespace {

struct MatchName {
  std::string_view name;
  Match match;
};

constexpr auto kMatchNames = std::to_array<MatchName>({
    {"found", Match::Found},
    {"bool", Match::Bool},
    {"int", Match::Int},
    {"len", Match::Length},
    {"ip", Match::Address},
    {"str", Match::Exact},
    {"bin", Match::Binary},
    {"beg", Match::Prefix},
    {"end", Match::Suffix},
    {"sub", Match::Substring},
    {"dir", Match::Directory},
    {"dom", Match::Domain},
    {"reg", Match::Regex},
});

// The samples whose names HAProxy lets end with a match: hdr_end(host). `plain`: what is sampled
// then.
struct Suffixed {
  std::string_view stem;
  std::string_view plain;
};

constexpr auto kSuffixed = std::to_array<Suffixed>({
    {"hdr", "req.hdr"},
    {"path", "path"},
    {"url", "url"},
    {"base", "base"},
    {"cook", "req.cook"},
    {"url_param", "url_param"},
    {"urlp", "urlp"},
    {"shdr", "res.hdr"},
    {"scook", "res.cook"},
});

constexpr auto kSuffixes = std::to_array<MatchName>({
    {"_beg", Match::Prefix},
    {"_end", Match::Suffix},
    {"_sub", Match::Substring},
    {"_dir", Match::Directory},
    {"_dom", Match::Domain},
    {"_reg", Match::Regex},
    {"_len", Match::Length},
});

std::vector<std::string_view> names_of_matches() {
  std::vector<std::string_view> names;
  for (const MatchName& row : kMatchNames) names.push_back(row.name);
  return names;
}

Match default_match(SampleType type) {
  switch (type) {
    case SampleType::Bool:
      return Match::Bool;
    case SampleType::Int:
      return Match::Int;
    case SampleType::Address:
      return Match::Address;
    case SampleType::Text:
      return Match::Exact;
  }
  return Match::Exact;
}

// "hdr_end(host),lower": the sample "req.hdr(host),lower", compared by its end.
std::optional<Match> take_suffix(std::string& word) {
  const std::string name = word.substr(0, word.find_first_of("(,"));
  if (name == "ssl_fc_sni_end" || name == "ssl_fc_sni_reg") {
    word.erase(std::string_view("ssl_fc_sni").size(), 4);
    return name.ends_with("end") ? Match::Suffix : Match::Regex;
  }
  for (const MatchName& suffix : kSuffixes) {
    if (!name.ends_with(suffix.name)) continue;
    const auto stem = std::string_view(name).substr(0, name.size() - suffix.name.size());
    const auto row = std::ranges::find(kSuffixed, stem, &Suffixed::stem);
    if (row == kSuffixed.end()) return std::nullopt;
    word.replace(0, name.size(), row->plain);
    return suffix.match;
  }
  return std::nullopt;
}

bool fits(Match match, SampleType type) {
  const bool wants_number = match == Match::Bool || match == Match::Int;
  if (wants_number) return type != SampleType::Address;
  if (match != Match::Address) return true;
  return type == SampleType::Address || type == SampleType::Text;
}

class AclTestReader {
 public:
  AclTestReader(std::span<const std::string> words, const Statement& statement,
                const ReadFile& read_file)
      : words_(words), statement_(statement), read_file_(read_file) {}

  std::optional<AclTest> read() {
    test_.where = statement_.where();
    if (!read_sample() || !read_flags()) return std::nullopt;
    if (!fits(test_.match, test_.sample.result_type)) {
      statement_.error("cannot compare '" + words_[0] + "' in the way that '-m' says");
      return std::nullopt;
    }
    const auto patterns = words_.subspan(next_);
    const bool wants_none = test_.match == Match::Found || test_.match == Match::Bool;
    if (patterns.empty() && files_.empty() && !no_more_flags_ && !wants_none) {
      statement_.warning("'" + words_[0] +
                         "' has no pattern to compare with and never matches; '-m found' asks "
                         "whether it is there");
    }
    if (const auto error = add_patterns(patterns, test_)) {
      statement_.error(error->message);
      return std::nullopt;
    }
    if (!files_.empty() && !read_files()) return std::nullopt;
    return std::move(test_);
  }

 private:
  bool read_sample() {
    std::string word = words_[0];
    const auto match = take_suffix(word);
    auto sample = statement_.accept(parse_sample(word));
    if (!sample) return false;
    test_.sample = std::move(*sample);
    test_.match = match.value_or(default_match(test_.sample.result_type));
    return true;
  }

  bool read_flags() {
    for (; next_ < words_.size() && words_[next_].starts_with('-') && !no_more_flags_; ++next_) {
      const std::string& flag = words_[next_];
      if (!files_.empty() && (flag == "-i" || flag == "-m")) {
        statement_.error("expects '" + flag + "' before '-f'");
        return false;
      }
      if (flag == "-i") {
        test_.ignore_case = true;
      } else if (flag == "--") {
        no_more_flags_ = true;
      } else if (flag == "-m" && next_ + 1 < words_.size()) {
        if (!read_method(words_[++next_])) return false;
      } else if (flag == "-f" && next_ + 1 < words_.size()) {
        files_.push_back(words_[++next_]);
      } else if (flag == "-n") {
        continue;  // no name of a host is ever looked up
      } else if (flag == "-M" || flag == "-u") {
        statement_.refuse(flag);
        return false;
      } else if (is_negative_number(flag)) {
        return true;
      } else {
        statement_.error("knows no flag '" + flag +
                         "'; put '--' before a pattern that begins with '-'");
        return false;
      }
    }
    return true;
  }

  bool read_files() {
    AclTest all;
    all.match = test_.match;
    all.ignore_case = test_.ignore_case;
    bool good = true;
    for (const std::string& file : files_) {
      if (!read_file_) continue;
      const auto text = read_file_(file);
      const auto error = text ? add_pattern_lines(*text, all) : text.error();
      if (!error) continue;
      statement_.error(text ? "has the file '" + file + "' that " + error->message
                            : error->message);
      good = false;
    }
    sort_patterns(all);
    test_.from_files = std::make_shared<const Patterns>(std::move(all));
    return good;
  }

  bool is_negative_number(const std::string& word) const {
    return test_.match == Match::Int && word.size() > 1 && word[1] >= '0' && word[1] <= '9';
  }

  bool read_method(const std::string& name) {
    const auto row = std::ranges::find(kMatchNames, name, &MatchName::name);
    if (row != kMatchNames.end()) {
      test_.match = row->match;
      return true;
    }
    statement_.error("knows no matching method '" + name + "'" +
                     did_you_mean(name, names_of_matches()));
    return false;
  }

  std::span<const std::string> words_;
  const Statement& statement_;
  const ReadFile& read_file_;
  AclTest test_;
  std::vector<std::string> files_;
  std::size_t next_ = 1;
  bool no_more_flags_ = false;
};

}  // namespace

std::optional<AclTest> parse_acl_test(std::span<const std::string> words,
                                      const Statement& statement, const ReadFile& read_file) {
  if (words.empty()) {
    statement.error("expects a test such as: hdr(host) -i www.example.com");
    return std::nullopt;
  }
  return AclTestReader(words, statement, read_file).read();
}

}  // namespace wslb::config
