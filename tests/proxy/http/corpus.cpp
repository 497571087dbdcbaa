#include "tests/proxy/http/corpus.h"

#include <cctype>
#include <fstream>
#include <string_view>

namespace wslb::proxy::http {

namespace {

// The index of the brace that closes the one at `open`; npos if `{` does not begin a repetition.
std::size_t closing_brace(std::string_view text, std::size_t open) {
  std::size_t digits = open + 1;
  while (digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits]))) ++digits;
  if (digits == open + 1 || digits == text.size() || text[digits] != '*') return text.npos;
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i;
  }
  return text.npos;
}

std::string repeated(std::string_view inside) {
  const std::size_t star = inside.find('*');
  const std::string once = unescaped(inside.substr(star + 1));
  std::string all;
  for (int i = std::stoi(std::string(inside.substr(0, star))); i > 0; --i) all += once;
  return all;
}

}  // namespace

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t close = text[i] == '{' ? closing_brace(text, i) : text.npos;
    if (close != text.npos) {
      out += repeated(text.substr(i + 1, close - i - 1));
      i = close;
    } else if (text[i] != '\\') {
      out += text[i];
    } else if (text[++i] == 'x') {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == 'r' ? '\r' : text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : text[i];
    }
  }
  return out;
}

std::vector<Case> read_corpus(const std::string& name) {
  std::ifstream file("tests/proxy/http/corpus/" + name);
  std::vector<Case> cases;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t why = line.find(" | ");
    const std::size_t message = line.find(" | ", why + 3);
    cases.push_back({std::stoi(line), line.substr(why + 3, message - why - 3),
                     unescaped(std::string_view(line).substr(message + 3))});
  }
  return cases;
}

}  // namespace wslb::proxy::http
