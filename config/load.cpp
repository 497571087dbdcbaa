#include "config/compat.h"
#include "config/conditional_blocks.h"
#include "config/config.h"
#include "config/lexer.h"
#include "config/loader.h"

namespace wslb::config {

LoadResult load(const std::vector<Source>& sources, const Environment& environment,
                const ReadFile& read_file, Dialect dialect) {
  LoadResult result;
  std::vector<std::string> files;
  Loader loader(result.diagnostics, read_file);
  for (const Source& source : sources) {
    files.push_back(source.file);
    loader.begin_file();
    ConditionalBlocks blocks(environment, result.diagnostics);
    for (const Line& line : lex(source, environment, result.diagnostics)) {
      if (!blocks.passes(line)) continue;
      if (dialect == Dialect::Modern) {
        loader.read(line);
        continue;
      }
      for (const Line& each : modernised(line, result.diagnostics)) loader.read(each);
    }
    blocks.end_of_file();
  }
  result.config = loader.finish();
  result.diagnostics.sort(files);
  return result;
}

}  // namespace wslb::config
