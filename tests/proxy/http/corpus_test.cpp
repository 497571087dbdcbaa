#include "tests/proxy/http/corpus.h"

#include <gtest/gtest.h>

#include "tests/proxy/http/verdict.h"

namespace wslb::proxy::http {
namespace {

void expect_verdicts(const std::string& name, std::size_t cases_min,
                     const std::function<Verdict(const Pieces&, std::string_view)>& read) {
  const std::vector<Case> cases = read_corpus(name);
  EXPECT_GE(cases.size(), cases_min) << "run from the root of the source tree";
  for (const Case& one : cases) {
    SCOPED_TRACE(name + ": " + one.why);
    std::string_view message = one.message;
    const bool head = message.starts_with("HEAD:");
    if (head) message.remove_prefix(5);
    const auto read_it = [&](const Pieces& pieces) { return read(pieces, head ? "HEAD" : "GET"); };
    EXPECT_EQ(read_in_all_splits(message, read_it).status, one.status);
  }
}

Verdict request(const Pieces& pieces, std::string_view) {
  return read_request(pieces);
}
Verdict chunked(const Pieces& pieces, std::string_view) {
  return read_chunked(pieces);
}

TEST(Corpus, MalformedRequestsAreRefusedInAnySplit) {
  expect_verdicts("bad_requests.txt", 120, request);
}

TEST(Corpus, LegalRequestsAreAcceptedInAnySplit) {
  expect_verdicts("good_requests.txt", 25, request);
}

TEST(Corpus, MalformedResponsesAreRefusedInAnySplit) {
  expect_verdicts("bad_responses.txt", 40, read_response);
}

TEST(Corpus, LegalResponsesAreAcceptedInAnySplit) {
  expect_verdicts("good_responses.txt", 15, read_response);
}

TEST(Corpus, MalformedChunksAreRefusedInAnySplit) {
  expect_verdicts("bad_chunks.txt", 40, chunked);
}

TEST(Corpus, LegalChunksAreReadInAnySplit) {
  expect_verdicts("good_chunks.txt", 10, chunked);
}

}  // namespace
}  // namespace wslb::proxy::http
