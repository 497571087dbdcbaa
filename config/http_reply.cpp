// What rules answer themselves: the words behind `redirect`, `deny`, `tarpit` and `return`.
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "config/http_rule.h"
#include "config/spelling.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

constexpr auto kRedirectWords =
    std::to_array<std::string_view>({"location", "prefix", "scheme", "code", "drop-query",
                                     "append-slash", "set-cookie", "clear-cookie"});
constexpr auto kReplyWords = std::to_array<std::string_view>(
    {"status", "deny_status", "content-type", "string", "lf-string", "hdr", "errorfile",
     "errorfiles", "file", "lf-file", "default-errorfiles", "assign"});

// Reads words one after another; a word that is missing is reported.
class ReplyWords {
 public:
  ReplyWords(std::span<const std::string>& words, const Statement& statement)
      : words_(words), statement_(statement) {}

  [[nodiscard]] bool more() const { return !begins_condition(words_); }

  const std::string& next() {
    const std::string& word = words_[0];
    words_ = words_.subspan(1);
    return word;
  }

  const std::string* argument_of(const std::string& word) {
    if (words_.empty()) {
      statement_.error("expects something behind '" + word + "'");
      return nullptr;
    }
    return &next();
  }

 private:
  std::span<const std::string>& words_;
  const Statement& statement_;
};

bool take_template(const std::string* text, LogFormat& into, const Statement& statement) {
  if (text == nullptr) return false;
  auto read = statement.accept(parse_log_format(*text, LogFormatUse::Value));
  if (read) into = std::move(*read);
  return read.has_value();
}

bool take_code(const std::string* text, int& code, std::int64_t min, const Statement& statement) {
  if (text == nullptr) return false;
  const auto read = statement.accept(parse_integer(*text, min, 599));
  if (read) code = static_cast<int>(*read);
  return read.has_value();
}

bool take_redirect_code(const std::string* text, HttpRule& rule, const Statement& statement) {
  constexpr auto kCodes = std::to_array<int>({301, 302, 303, 307, 308});
  if (!take_code(text, rule.status, 300, statement)) return false;
  if (std::ranges::count(kCodes, rule.status) > 0) return true;
  statement.error("expects the code 301, 302, 303, 307 or 308, not '" + *text + "'");
  return false;
}

bool is_legal_cookie(const std::string& text, const Statement& statement) {
  const bool legal = std::ranges::none_of(text, [](unsigned char c) { return c < ' '; });
  if (!legal) statement.error("has a control character in a cookie");
  return legal;
}

bool take_redirect_word(ReplyWords& words, HttpRule& rule, bool& has_target,
                        const Statement& statement) {
  using Kind = RedirectTarget::Kind;
  const std::string& word = words.next();
  if (word == "ignore-empty") return statement.refuse(word), false;
  if (std::ranges::count(kRedirectWords, word) == 0) {
    statement.error("knows no '" + word + "' of a redirect" +
                    did_you_mean(word, redirect_word_names()));
    return false;
  }
  RedirectTarget& redirect = rule.redirect;
  if (word == "location" || word == "prefix" || word == "scheme") {
    redirect.kind = word == "location" ? Kind::Location
                    : word == "prefix" ? Kind::Prefix
                                       : Kind::Scheme;
    has_target = true;
    return take_template(words.argument_of(word), rule.value, statement);
  }
  if (word == "code") return take_redirect_code(words.argument_of(word), rule, statement);
  if (word == "drop-query") return redirect.drop_query = true;
  if (word == "append-slash") return redirect.append_slash = true;
  if (word == "set-cookie" || word == "clear-cookie") {
    const std::string* const cookie = words.argument_of(word);
    if (cookie == nullptr || !is_legal_cookie(*cookie, statement)) return false;
    redirect.set_cookie = *cookie + (word == "set-cookie" ? "; path=/;" : "; path=/; Max-Age=0;");
    return true;
  }
  return false;
}

bool take_content(const std::string& kind, const std::string* text, OwnReply& reply,
                  const Statement& statement) {
  if (text == nullptr) return false;
  reply.has_content = true;
  if (kind == "lf-string") return take_template(text, reply.content, statement);
  reply.content = literal_format(*text);
  return true;
}

bool take_header(ReplyWords& words, OwnReply& reply, const Statement& statement) {
  const std::string* const name = words.argument_of("hdr");
  if (name == nullptr) return false;
  OwnReply::Header header{*name, {}};
  if (!take_template(words.argument_of("hdr"), header.value, statement)) return false;
  constexpr auto kOwn = std::to_array<std::string_view>(
      {"content-length", "transfer-encoding", "connection", "upgrade", "content-type"});
  std::string lower = *name;
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  if (std::ranges::count(kOwn, lower) > 0 || name->find_first_of(" :\t") != std::string::npos) {
    statement.error("cannot add the header '" + *name + "' to what it returns");
    return false;
  }
  reply.headers.push_back(std::move(header));
  return true;
}

// What is in the file is the content. Where no file is read, as in the agent, there is none.
bool take_file(const std::string& kind, const std::string* file, OwnReply& reply,
               const Statement& statement, const ReadFile& read_file) {
  if (file == nullptr) return false;
  if (!read_file) return true;
  const auto text = statement.accept(read_file(*file));
  if (!text) return false;
  if (text->empty()) return true;
  return take_content(kind == "file" ? "string" : "lf-string", &*text, reply, statement);
}

bool take_reply_word(ReplyWords& words, HttpRule& rule, const Statement& statement,
                     const ReadFile& read_file) {
  const std::string& word = words.next();
  if (std::ranges::count(kReplyWords, word) == 0) {
    statement.error("knows no '" + word + "' of an answer" +
                    did_you_mean(word, reply_word_names()));
    return false;
  }
  OwnReply& reply = rule.reply;
  if (word == "status" || word == "deny_status") {
    return take_code(words.argument_of(word), rule.status, 200, statement);
  }
  if (word == "content-type") {
    const std::string* const type = words.argument_of(word);
    if (type != nullptr) reply.content_type = *type;
    return type != nullptr;
  }
  if (word == "string" || word == "lf-string") {
    return take_content(word, words.argument_of(word), reply, statement);
  }
  if (word == "hdr") return take_header(words, reply, statement);
  if (word == "file" || word == "lf-file") {
    return take_file(word, words.argument_of(word), reply, statement, read_file);
  }
  if (word == "default-errorfiles") return reply.is_usual = true;
  if (word == "errorfile" || word == "errorfiles") {
    const std::string* const name = words.argument_of(word);
    if (name != nullptr) (word == "errorfile" ? reply.file : reply.from) = *name;
    return name != nullptr;
  }
  return false;
}

// `return assign BACKEND [timeout DURATION]`
bool take_assignment(ReplyWords& words, HttpRule& rule, const Statement& statement) {
  rule.action = Action::Assign;
  rule.status = 200;
  rule.time = std::chrono::seconds(10);
  const std::string* const backend = words.argument_of("assign");
  if (backend == nullptr) return false;
  rule.name = *backend;
  if (!words.more()) return true;
  const std::string& word = words.next();
  if (word != "timeout") {
    statement.error("knows no '" + word + "' of 'assign', only 'timeout'");
    return false;
  }
  const std::string* const text = words.argument_of(word);
  if (text == nullptr) return false;
  const auto time = statement.accept(parse_timer(*text));
  if (time) rule.time = *time;
  return time.has_value();
}

}  // namespace

WordNames redirect_word_names() {
  return {kRedirectWords.begin(), kRedirectWords.end()};
}

WordNames reply_word_names() {
  return {kReplyWords.begin(), kReplyWords.end()};
}

bool parse_redirect(std::span<const std::string>& words, HttpRule& rule,
                    const Statement& statement) {
  rule.action = Action::Redirect;
  rule.status = 302;
  bool has_target = false;
  ReplyWords reader(words, statement);
  while (reader.more()) {
    if (!take_redirect_word(reader, rule, has_target, statement)) return false;
  }
  if (!has_target) statement.error("expects 'location', 'prefix' or 'scheme' for a redirect");
  return has_target;
}

bool parse_reply(std::span<const std::string>& words, HttpRule& rule, const Statement& statement,
                 const ReadFile& read_file) {
  const bool returns = rule.action == Action::Return;
  rule.status = returns ? 200 : rule.action == Action::Tarpit ? 500 : 0;
  ReplyWords reader(words, statement);
  while (reader.more()) {
    if (returns && words[0] == "assign") {
      (void)reader.next();
      return take_assignment(reader, rule, statement);
    }
    if (!take_reply_word(reader, rule, statement, read_file)) return false;
  }
  const OwnReply& reply = rule.reply;
  if (reply.has_content && reply.content_type.empty()) {
    statement.error("expects a 'content-type' beside 'string' and 'lf-string'");
    return false;
  }
  const bool bodiless = rule.status == 204 || rule.status == 304;
  if (bodiless && reply.has_content) {
    statement.error("has a content, which an answer " + std::to_string(rule.status) + " has not");
    return false;
  }
  return true;
}

}  // namespace wslb::config
