// Reads the case files under tests/proxy/http/corpus: `STATUS | why | message` in each line, with
// the escapes that bad_requests.txt explains.
#pragma once

#include <string>
#include <vector>

namespace wslb::proxy::http {

struct Case {
  int status = 0;  // the refusal; 200: accepted
  std::string why;
  std::string message;
};

std::vector<Case> read_corpus(const std::string& name);

// "\\r" and "{3*ab}" to the bytes they mean.
std::string unescaped(std::string_view text);

}  // namespace wslb::proxy::http
