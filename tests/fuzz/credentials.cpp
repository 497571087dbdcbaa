// Any legal value of Authorization: no crash, a name never holds a colon, and only the right
// password makes an authentic user.
#include "proxy/http/credentials.h"

#include <cstdint>
#include <cstdlib>
#include <string>

#include "proxy/http/characters.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wslb::proxy::http;
  const std::string text(data, data + size);
  if (!is_value(text)) return 0;
  Fields fields;
  fields.add("Authorization", trimmed(text));
  (void)authorization(fields);
  const auto given = basic_credentials(fields);
  if (given && given->user.find(':') != std::string::npos) std::abort();
  wslb::config::Userlist list;
  list.users.push_back({"anna", "one", false, {}, {}});
  const bool passes = authentic_user(list, fields) != nullptr;
  const bool knows = given && given->user == "anna" && given->password == "one";
  if (passes != knows) std::abort();
  return 0;
}
