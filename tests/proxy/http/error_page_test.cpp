#include "proxy/http/error_page.h"

#include <gtest/gtest.h>

#include "proxy/http/body.h"
#include "tests/proxy/http/heads.h"
#include "tests/proxy/http/verdict.h"

namespace wslb::proxy::http {
namespace {

TEST(ErrorPage, IsAWholeResponseThatCloses) {
  for (const int status : {400, 408, 413, 414, 429, 431, 500, 501, 502, 503, 504, 505}) {
    const std::string page = error_page(status);
    EXPECT_EQ(read_response({page}, "GET").status, 200) << page;
    const ResponseHead head = parse_response(page);
    EXPECT_EQ(head.status, status);
    EXPECT_EQ(head.reason, reason_phrase(status));
    EXPECT_EQ(head.fields.find("Connection"), "close");
    EXPECT_EQ(head.fields.find("Cache-Control"), "no-cache");
    EXPECT_EQ(head.fields.find("Content-Type"), "text/html");
    EXPECT_EQ(read_response({page}, "GET").after, "");
  }
}

TEST(ErrorPage, HeadHasNoBody) {
  EXPECT_TRUE(error_page(503, "HEAD").ends_with("\r\n\r\n"));
  EXPECT_EQ(read_response({error_page(503, "HEAD")}, "HEAD").after, "");
}

TEST(ErrorPage, UnknownStatusIsOurFault) {
  EXPECT_TRUE(error_page(418).starts_with("HTTP/1.1 500 "));
  EXPECT_EQ(reason_phrase(418), "");
}

}  // namespace
}  // namespace wslb::proxy::http
