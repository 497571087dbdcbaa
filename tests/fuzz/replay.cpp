// main() for a fuzz target that is built without libFuzzer: feeds it every file of the corpus
// folders named as arguments, and of each file a fixed number of seeded mutations, so that an
// ordinary test run covers every decoder too.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr int kMutationsPerFile = 200;

void mutate(Input& input, std::mt19937& random) {
  const auto position = [&] { return static_cast<std::ptrdiff_t>(random() % (input.size() + 1)); };
  for (std::uint32_t edits = 1 + random() % 4; edits > 0; --edits) {
    const auto at = position();
    switch (random() % 4) {
      case 0:
        input.insert(input.begin() + at, static_cast<std::uint8_t>(random()));
        break;
      case 1:
        if (at < std::ssize(input)) input.erase(input.begin() + at);
        break;
      case 2:
        if (at < std::ssize(input)) {
          input[static_cast<std::size_t>(at)] ^= static_cast<std::uint8_t>(1U << random() % 8);
        }
        break;
      default:
        input.resize(static_cast<std::size_t>(at));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const Input seed{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      LLVMFuzzerTestOneInput(seed.data(), seed.size());
      std::mt19937 random(static_cast<std::uint32_t>(seed.size()) + 1U);
      for (int round = 0; round < kMutationsPerFile; ++round) {
        Input mutated = seed;
        mutate(mutated, random);
        LLVMFuzzerTestOneInput(mutated.data(), mutated.size());
      }
      ++files;
    }
  }
  std::printf("%d corpus files, %d inputs\n", files, files * (kMutationsPerFile + 1));
  return files > 0 ? 0 : 1;
}
