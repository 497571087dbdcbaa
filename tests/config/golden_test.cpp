// Each tests/config/NAME.cfg must give exactly the diagnostics of NAME.expected, all at once and in
// the order of the file; compat*.cfg are read with HAProxy 1.x's words. WSLB_REWRITE=1 writes what
// is seen, to be reviewed as a difference.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "config/config.h"

namespace wslb::config {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class GoldenTest : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(GoldenTest, GivesTheExpectedDiagnostics) {
  const std::string name = GetParam().filename().string();
  const auto dialect = name.starts_with("compat") ? Dialect::WithHaproxy1 : Dialect::Modern;
  const auto result = load({{name, read_file(GetParam())}}, {}, {}, dialect);
  std::ostringstream seen;
  for (const Diagnostic& diagnostic : result.diagnostics.all()) {
    seen << diagnostic.to_string() << '\n';
  }
  auto expected = GetParam();
  expected.replace_extension(".expected");
  if (std::getenv("WSLB_REWRITE") != nullptr) std::ofstream(expected) << seen.str();
  EXPECT_EQ(seen.str(), read_file(expected));
}

std::vector<std::filesystem::path> configurations() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator("tests/config")) {
    if (entry.path().extension() == ".cfg") paths.push_back(entry.path());
  }
  return paths;
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenTest, testing::ValuesIn(configurations()),
                         [](const auto& file) { return file.param.stem().string(); });

}  // namespace
}  // namespace wslb::config
