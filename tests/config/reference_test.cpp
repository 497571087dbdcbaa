// docs/configuration.md describes every keyword that the tables have.
#include "config/reference.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "config/reference_words.h"
#include "config/section.h"

namespace wslb::config {
namespace {

template <typename Draft>
void expect_described(Keywords<Draft> keywords) {
  std::ifstream file("docs/configuration.md");
  const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  for (const auto& keyword : keywords) {
    EXPECT_NE(page.find("`" + std::string(keyword.name)), std::string::npos) << keyword.name;
  }
}

TEST(ReferenceTest, DescribesEveryKeyword) {
  expect_described(global_keywords());
  expect_described(cluster_keywords());
  expect_described(vrrp_wire_keywords());
  expect_described(vrrp_policy_keywords());
  expect_described(frontend_keywords());
  expect_described(backend_keywords());
  expect_described(check_keywords());
  expect_described(retry_keywords());
  expect_described(option_keywords());
  expect_described(log_keywords());
  expect_described(error_keywords());
  expect_described(timeout_keywords());
  expect_described(stats_keywords());
}

TEST(ReferenceTest, EachKeywordHasAMeaningAndEachMeaningAKeyword) {
  EXPECT_EQ(reference_gaps(), std::vector<std::string>());
}

TEST(ReferenceTest, EachWordBehindAKeywordHasAMeaningAndEachMeaningAWord) {
  EXPECT_EQ(reference_word_gaps(), std::vector<std::string>());
}

// `./dev docs` writes it.
TEST(ReferenceTest, ThePageIsTheTables) {
  const std::string path = "docs/reference.md";
  const std::string page = reference_page();
  if (std::getenv("WSLB_REWRITE") != nullptr) std::ofstream(path) << page;
  std::ifstream file(path);
  const std::string written{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(written, page) << "./dev docs writes it anew";
}

}  // namespace
}  // namespace wslb::config
