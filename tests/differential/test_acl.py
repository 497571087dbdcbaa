"""What is sampled, how it is compared, and how conditions are put together."""
import pytest

from .both import Ask, Case, ask


def table(tests, requests, more=""):
    """Answers each request with the names of the tests that hold for it."""
    lines = [more]
    for number, test in enumerate(tests):
        condition = test if test.isupper() else f"{{ {test} }}"
        lines.append(f"http-request set-header X-Match \"%[hdr(x-match)] {number}\" "
                     f"if {condition}")
    return Case(requests, frontend="\n".join(lines))


PATHS = [ask(path)
         for path in ("/", "/a", "/a/b.png", "/A/B.PNG?x=/a", "/a/bc/d?y", "/static/js/")]
HEADERS = [ask("/", "X-T: a, b", "X-T: c"), ask("/", "X-T: abc"), ask("/", "X-T: ABC"),
           ask("/", "X-T;"), ask("/", "X-T:"), ask("/", "X-T: a,,b"), ask("/"),
           ask("/", 'X-T: "a,b", c'), ask("/", "X-T: www.sub.example.com:8080"),
           ask("/", "X-T: a/b/c?d"), ask("/", "X-T: 12"), ask("/", "X-T: 12abc"),
           ask("/", "X-T: 10.1.2.3"), ask("/", "X-T: ::1")]
HEADERS = [r for r in HEADERS if r.headers != ("X-T;",)]
QUERIES = [ask(path) for path in ("/?x=1", "/?x=", "/?x", "/?y=2&x=3", "/?x=5&x=7", "/?xx=1", "/",
                                  "/?x=%41", "/?a=b?x=1&x=10")]
COOKIES = [ask("/", f"Cookie: {cookie}") for cookie in (
    "s=1", "t=1; s=2", "s=1; s=3", "S=1", "s=", "ss=1", "s = 4", "s=1,t=2", "a=b; c")]

LIVE = table(
    ["nbsrv(app) 3", "nbsrv(none) 0", "nbsrv(down) lt 1", "srv_is_up(app/a)", "fe_conn 1",
     "be_conn(app) 0", "srv_conn(app/b) 0", "queue(app) 0", "avg_queue(app) 0",
     "srv_is_up(down/x)", "fe_conn(web) gt 0"], [ask()]
)._replace(top="\nbackend none\nbackend down\n    server x 10.77.0.99:9 disabled\n")

CASES = {
    "path": table(["path /a", "path -i /a/b.png", "path_beg /a", "path_end .png",
                   "path_end -i .png",
                   "path_sub b", "path_dir a", "path_dir bc/d", "path_dom png", "path_len 2",
                   "path_len gt 8", "path_reg ^/[a-z]/b", "path_reg -i PNG$"], PATHS),
    "url": table(["url /a", "url_beg /a", "url_end y", "url_sub x=", "url_len 1", "url_reg \\?",
                  "url_dir bc", "base_end /", "base_sub :", "query -m found", "query y",
                  "pathq /a/bc/d?y"], PATHS),
    "header": table(["hdr(x-t) abc", "hdr(x-t) -i abc", "hdr_beg(x-t) a", "hdr_end(x-t) c",
                     "hdr_sub(x-t) b", "hdr_len(x-t) 0", "hdr_len(x-t) 1", "hdr_cnt(x-t) 2",
                     "hdr_cnt(x-t) ge 3", "hdr_reg(x-t) ^[abc]+$", "req.hdr(x-t) -m found",
                     "hdr(x-t) -m len 3"], HEADERS),
    "header components": table(
        ["hdr_dom(x-t) example", "hdr_dom(x-t) example.com", "hdr_dom(x-t) xample",
         "hdr_dom(x-t) 8080", "hdr_dir(x-t) b", "hdr_dir(x-t) b/c", "hdr_dir(x-t) /c/",
         "hdr_dir(x-t) example", "hdr_dom(x-t) -i .COM."], HEADERS),
    "header places": table(
        ["hdr(x-t,1) a", "hdr(x-t,2) b", "hdr(x-t,-1) c", "hdr(x-t,-2) b", "req.fhdr(x-t) c",
         "req.fhdr_cnt(x-t) 2", "req.fhdr_cnt(x-t) 1", "hdr(x-t,3) c"], HEADERS),
    "header casts": table(
        ["hdr_val(x-t) 12", "hdr_val(x-t) gt 3", "hdr_ip(x-t) 10.0.0.0/8", "hdr_ip(x-t) ::1",
         "hdr_ip(x-t) 10.1.2.0/255.255.255.0", "hdr(x-t) -m ip 10.1.2.3", "hdr(x-t) -m int 12",
         "hdr(x-t) -m int 0"], HEADERS),
    "parameter": table(
        ["url_param(x) 1", "url_param(x) -m found", "urlp(x) 3 7", "url_param(x) -m int gt 4",
         "url_param(x) -m len 0", "urlp_val(x) 10", "urlp_beg(x) %4", "url_param(x),url_dec A"],
        QUERIES),
    "cookie": table(["cook(s) 1", "cook(s) 3", "cook(s) -m found", "cook_cnt(s) 2",
                     "cook_beg(s) 1", "cook_val(s) gt 1", "cook(s) 4", "cook(S) 1"], COOKIES),
    "method": table(
        ["method GET", "method POST PUT", "METH_GET", "METH_POST", "METH_HEAD",
         "method OPTIONS"],
        [ask(), ask(method="POST", body=b"x"), ask(method="HEAD"), ask(method="PUT"),
         ask(method="OPTIONS"), ask(method="DELETE")]),
    "version": table(
        ["req.ver 1.1", "HTTP_1.0", "HTTP_1.1", "req_ver 1.0", "HTTP", "req.proto_http"],
        [ask(), Ask(raw=b"GET /whoami HTTP/1.0\r\nHost: a\r\n\r\n")]),
    "connection": table(
        ["src 10.77.0.0/24", "src 10.77.0.31", "src 127.0.0.1", "dst 10.77.0.11", "LOCALHOST",
         "src -m str 10.77.0.31", "src_port gt 1023", "dst_port lt 80", "src ::/0", "ssl_fc",
         "dst_port gt 0 lt 10"], [ask()]),
    "constants": table(
        ["always_true", "always_false", "TRUE", "FALSE", "str(abc) abc", "int(5) 1:5", "int(5) :4",
         "int(5) 5:", "int(-1) lt 0", "bool(true)", "int(3) eq 3", "int(3) ge 4",
         "str(abc) -m sub b",
         "int(0) -m bool", "int(2) -m bool", "always_false -m found", "str(a) -- -a a"], [ask()]),
    "converters": table(
        ["path,lower /a/b.png", "path,upper -m beg /A", "path,field(2,/) a",
         "path,field(3,/) b.png",
         "path,field(-1,.) png", "path,field(2,/,2) a/bc", "path,word(1,/) a", "path,word(-1,/) js",
         "path,word(1,/,2) a/bc", "path,field(9,/) -m found", "path,word(9,/) -m found",
         "path,field(1,/) -m found", "path,bytes(1,1) -m str a", "path,bytes(7) -m found",
         "path,length 2", "path,regsub(/,-,g) -- -a", "path,regsub(/,-) -- -a/b.png",
         "path,ltrim(/) a", "path,rtrim(/) /static/js", "path,base64 Lw==", "path,hex 2F",
         "path,field(-2,/,0) /static/js"], PATHS),
    "more converters": table(
        ["str(Lw==),b64dec -m str /", "str(ff),hex2i 255", "str(a%20b),url_dec 'a b'",
         "str(a/b~c*),url_enc a%2Fb~c%2A", "int(7),add(3) 10", "int(7),mul(3),sub(1),div(4) 5",
         "int(7),mod(4) 3", "int(6),and(3) 2", "int(6),or(1) 7", "int(6),xor(3) 5", "int(3),odd",
         "int(3),even", "int(0),not", "int(5),neg -- -5", "int(1),bool", "int(0),cpl -- -1",
         "src,ipmask(24) 10.77.0.0", "bool(1),iif(yes,no) yes", "str(a),concat(b) ab",
         "str(YQ),ub64dec -m str a", "int(7),div(0) gt 100", "int(7),mod(0) 0"], [ask()]),
    "conditions": Case(
        PATHS, frontend="acl a path_beg /a\nacl b path_end .png\nacl ab path /a\nacl ab path /\n"
        "http-request set-header X-1 1 if a b\nhttp-request set-header X-2 1 if a !b\n"
        "http-request set-header X-3 1 if a or b\nhttp-request set-header X-4 1 unless a\n"
        "http-request set-header X-5 1 unless a || b\nhttp-request set-header X-6 1 if ab\n"
        "http-request set-header X-7 1 if !a !b\nhttp-request set-header X-8 1 if { path / } || b\n"
        "http-request set-header X-9 1 if ! { path_beg /a } or b a"),
    "live state": LIVE,
}


@pytest.mark.parametrize("name", CASES)
def test_acl(both, name):
    both.same(CASES[name])
