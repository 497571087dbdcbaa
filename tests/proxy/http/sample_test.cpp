// Sample expressions: what is taken, and what converters make of it.
#include "proxy/http/sample.h"

#include <gtest/gtest.h>

#include "tests/proxy/http/heads.h"

namespace wslb::proxy::http {
namespace {

class SampleTest : public testing::Test {
 protected:
  SampleTest() {
    transaction_.request = &request_;
    transaction_.response = &response_;
    transaction_.client = {*base::IpAddress::parse("192.0.2.7"), 4711};
    transaction_.destination = {*base::IpAddress::parse("2001:db8::1"), 80};
    transaction_.variables = &variables_;
  }

  std::string text(const std::string& expression) {
    const auto sample = config::parse_sample(expression);
    if (!sample) return "error: " + sample.error().message;
    const auto value = sample_value(*sample, transaction_);
    return value ? value->to_string() : "nothing";
  }

  RequestHead request_ = parse_request(
      "POST /a/b.png?x=1&y=%2fz&x=2 HTTP/1.1\r\nHost: Ex.com:8080\r\nX-L: a, \"b,c\"\r\nX-L: d\r\n"
      "Cookie: s=1; t=two\r\nX-Ip: 10.1.2.3\r\nX-N: 42\r\n\r\n");
  ResponseHead response_ =
      parse_response("HTTP/1.1 404 No\r\nServer: x\r\nSet-Cookie: s=9; path=/\r\n\r\n");
  Variables variables_;
  Transaction transaction_;
};

TEST_F(SampleTest, Fetches) {
  EXPECT_EQ(text("method"), "POST");
  EXPECT_EQ(text("path"), "/a/b.png");
  EXPECT_EQ(text("pathq"), "/a/b.png?x=1&y=%2fz&x=2");
  EXPECT_EQ(text("query"), "x=1&y=%2fz&x=2");
  EXPECT_EQ(text("url_param(y)"), "%2fz");
  EXPECT_EQ(text("urlp(x)"), "1");
  EXPECT_EQ(text("urlp(z)"), "nothing");
  EXPECT_EQ(text("base"), "Ex.com:8080/a/b.png");
  EXPECT_EQ(text("req.ver"), "1.1");
  EXPECT_EQ(text("hdr(x-l)"), "d");
  EXPECT_EQ(text("hdr(x-l,1)"), "a");
  EXPECT_EQ(text("hdr(x-l,-2)"), "\"b,c\"");
  EXPECT_EQ(text("hdr(x-l,4)"), "nothing");
  EXPECT_EQ(text("req.fhdr(x-l,1)"), "a, \"b,c\"");
  EXPECT_EQ(text("hdr_cnt(x-l)"), "3");
  EXPECT_EQ(text("req.fhdr_cnt(x-l)"), "2");
  EXPECT_EQ(text("hdr_ip(x-ip)"), "10.1.2.3");
  EXPECT_EQ(text("hdr_ip(x-n)"), "nothing");
  EXPECT_EQ(text("hdr_val(x-n),add(1)"), "43");
  EXPECT_EQ(text("cook(t)"), "two");
  EXPECT_EQ(text("cook_cnt(t)"), "1");
  EXPECT_EQ(text("src"), "192.0.2.7");
  EXPECT_EQ(text("src_port"), "4711");
  EXPECT_EQ(text("dst"), "2001:db8::1");
  EXPECT_EQ(text("dst_port"), "80");
  EXPECT_EQ(text("status"), "404");
  EXPECT_EQ(text("res.hdr(server)"), "x");
  EXPECT_EQ(text("res.cook(s)"), "9");
  EXPECT_EQ(text("nbsrv(x)"), "nothing") << "nobody to ask";
  EXPECT_EQ(text("ssl_fc"), "0");
}

TEST_F(SampleTest, Converters) {
  EXPECT_EQ(text("hdr(host),lower,field(1,:)"), "ex.com");
  EXPECT_EQ(text("hdr(host),host_only,upper"), "EX.COM");
  EXPECT_EQ(text("hdr(host),port_only"), "8080");
  EXPECT_EQ(text("path,word(1,/)"), "a");
  EXPECT_EQ(text("path,field(-1,.)"), "png");
  EXPECT_EQ(text("path,field(2,/,0)"), "a/b.png");
  EXPECT_EQ(text("path,bytes(1,3)"), "a/b");
  EXPECT_EQ(text("path,length"), "8");
  EXPECT_EQ(text("path,regsub(/,-)"), "-a/b.png");
  EXPECT_EQ(text("path,regsub(/,-,g)"), "-a-b.png");
  EXPECT_EQ(text("path,regsub(\"([a-z])/([a-z])\",\\2\\1)"), "/ba.png");
  EXPECT_EQ(text("str(hello),base64"), "aGVsbG8=");
  EXPECT_EQ(text("str(aGVsbG8=),b64dec"), "hello");
  EXPECT_EQ(text("str(aGVsbG8),ub64dec"), "hello");
  EXPECT_EQ(text("str(a?>),ub64enc"), "YT8-");
  EXPECT_EQ(text("str(=),b64dec"), "nothing");
  EXPECT_EQ(text("str(aZ),hex"), "615A");
  EXPECT_EQ(text("str(ff),hex2i"), "255");
  EXPECT_EQ(text("urlp(y),url_dec"), "/z");
  EXPECT_EQ(text("str(a%2),url_dec"), "nothing");
  EXPECT_EQ(text("str(a b/c),url_enc"), "a%20b%2Fc");
  EXPECT_EQ(text("int(7),mul(6),mod(5)"), "2");
  EXPECT_EQ(text("int(7),div(0)"), "9223372036854775807");
  EXPECT_EQ(text("int(-9223372036854775808),neg"), "9223372036854775807");
  EXPECT_EQ(text("bool(true),iif(yes,no)"), "yes");
  EXPECT_EQ(text("src,ipmask(24)"), "192.0.2.0");
  EXPECT_EQ(text("dst,ipmask(24,16)"), "2001::");
  EXPECT_EQ(text("str(a),concat(b,,c)"), "abc");
}

TEST_F(SampleTest, Variables) {
  const auto name = *config::parse_variable("txn.n");
  EXPECT_EQ(text("var(txn.n)"), "nothing");
  EXPECT_TRUE(variables_.set(name, Value::of(std::int64_t{5})));
  EXPECT_EQ(text("var(txn.n)"), "5");
  EXPECT_EQ(text("int(2),add(txn.n)"), "7");
  EXPECT_EQ(text("str(x),concat(<,txn.n,>)"), "x<5>");
  EXPECT_EQ(text("str(5),strcmp(txn.n)"), "0");
  EXPECT_FALSE(variables_.set(name, Value::text(std::string(20'000, 'x'))));
  variables_.unset(name);
  EXPECT_EQ(text("var(txn.n)"), "nothing");
}

TEST_F(SampleTest, AnExpensiveExpressionGivesUp) {
  request_ = parse_request("GET /" + std::string(4000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(text("path,regsub(\"(a+)+$\",x)").size(), 2U);
  EXPECT_EQ(text("path,regsub(\"^/(a+)+b\",x)").size(), 4001U);
}

TEST_F(SampleTest, TheNameInAClientHello) {
  std::string hello("\x03\x03", 2);
  hello += std::string(32, 'r') + std::string("\0\0\2\x13\x01\1\0", 7);
  const std::string extension("\0\0\0\x08\0\x06\0\0\x03www", 12);
  hello += std::string("\0\x0c", 2) + extension;
  std::string record("\x16\x03\x01\0", 4);
  record += static_cast<char>(hello.size() + 4);
  record += std::string("\1\0\0", 3) + static_cast<char>(hello.size()) + hello;
  transaction_.content = record;
  EXPECT_EQ(text("req.ssl_sni"), "www");
  EXPECT_EQ(text("req.ssl_hello_type"), "1");
  for (std::size_t size = 0; size < record.size(); ++size) {
    transaction_.content = std::string_view(record).substr(0, size);
    EXPECT_EQ(text("req.ssl_sni"), "nothing") << size;
  }
}

}  // namespace
}  // namespace wslb::proxy::http
