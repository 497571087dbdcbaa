#include "config/conditional_blocks.h"

#include <algorithm>
#include <string>

#include "config/predicate.h"
#include "config/spelling.h"

namespace wslb::config {
namespace {

std::string rest_of(const Line& line) {
  std::string text;
  for (std::size_t i = 1; i < line.words.size(); ++i) {
    if (i > 1) text += ' ';
    text += line.words[i];
  }
  return text;
}

}  // namespace

bool ConditionalBlocks::passes(const Line& line) {
  if (!line.words[0].starts_with('.')) return reading();
  directive(line);
  return false;
}

bool ConditionalBlocks::reading() const {
  return blocks_.empty() || blocks_.back().reads;
}

void ConditionalBlocks::directive(const Line& line) {
  const std::string& word = line.words[0];
  if (word == ".if") return open(line);
  if (word == ".elif" || word == ".else" || word == ".endif") {
    if (!blocks_.empty()) return branch(line);
    return diagnostics_.error(line.where, "'" + word + "' has no '.if' above");
  }
  if (!reading()) return;
  if (word == ".alert") return diagnostics_.error(line.where, rest_of(line));
  if (word == ".warning" || word == ".notice") {
    return diagnostics_.warning(line.where, rest_of(line));
  }
  if (word == ".diag") return;  // for HAProxy's -dD alone
  diagnostics_.error(line.where, "unknown directive '" + word + "'" +
                                     did_you_mean(word, {".if", ".elif", ".else", ".endif",
                                                         ".notice", ".warning", ".alert"}));
}

void ConditionalBlocks::open(const Line& line) {
  const bool outer = reading();
  Block block{.where = line.where, .taken = !outer, .reads = false, .else_seen = false};
  if (outer) block.reads = block.taken = holds(line);
  blocks_.push_back(block);
}

void ConditionalBlocks::branch(const Line& line) {
  const std::string& word = line.words[0];
  Block& block = blocks_.back();
  if (word != ".elif" && line.words.size() > 1) {
    diagnostics_.error(line.where, "'" + word + "' cannot use an argument");
  }
  if (word == ".endif") return blocks_.pop_back();
  if (block.else_seen) {
    return diagnostics_.error(line.where, "'" + word + "' follows an '.else' of the same '.if'");
  }
  block.else_seen = word == ".else";
  block.reads = !block.taken && (block.else_seen || holds(line));
  block.taken = block.taken || block.reads;
}

bool ConditionalBlocks::holds(const Line& line) {
  const auto value = evaluate_predicate(rest_of(line), environment_);
  if (!value) diagnostics_.error(line.where, "'" + line.words[0] + "' " + value.error().message);
  return value && *value;
}

void ConditionalBlocks::end_of_file() {
  for (const Block& block : blocks_) {
    diagnostics_.error(block.where, "'.if' has no '.endif'");
  }
}

}  // namespace wslb::config
