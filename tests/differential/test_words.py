"""Files of patterns, rules that name a backend or a server, persistence that is forced or ignored,
rules of named defaults, and the variables of log lines in what rules write."""
import pytest

from .both import Case, ask
from .test_acl import table

PATTERNS = "/a\n  /b \n\n#/c\n /d e\n #x\n/t\t\n/Upper\n"
NETWORKS = "10.1.0.0/16\n# none\n::1\n192.0.2.7\n10.2.0.0/255.255.0.0\n"
NUMBERS = "3\n7:9\n100:\n"
EXPRESSIONS = "^/a.$\n  \\.png$\n"

PATHS = [ask(path) for path in ("/", "/a", "/b", "/c", "/d", "/t", "/upper", "/Upper", "/ab",
                                "/x/b.png", "/a/b")]
HEADERS = [ask("/", f"X-T: {value}") for value in
           ("1", "3", "8", "1000", "abc", "10.1.2.3", "::1", "192.0.2.7", "10.2.200.1", "PHP")]
OTHERS = ("\nbackend other\n    balance roundrobin\n    server o {b}\n"
          "backend third\n    server t {c}\nbackend tcp\n    mode tcp\n    server x {c}\n")
COOKIES = [ask("/whoami", f"Cookie: SRV=s{name}") for name in "abcabc"] + [ask()]
RULED = [ask(path, "X-T: a\"b#c") for path in ("/whoami", "/a?x=1")]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("patterns")
    for name in ("PATTERNS", "NETWORKS", "NUMBERS", "EXPRESSIONS"):
        (folder / name.lower()).write_text(globals()[name])
    return folder


FILES = {
    "whole": (["path -f F/patterns", "path -i -f F/patterns", "path -f F/patterns /x /ab"], PATHS),
    "parts": (["path -m beg -f F/patterns", "path_end -f F/patterns", "path_sub -i -f F/patterns",
               "path_dir -f F/patterns"], PATHS),
    "several": (["path -f F/patterns -f F/expressions", "path_reg -f F/expressions",
                 "path_reg -i -f F/expressions -- ^/X"], PATHS),
    "numbers": (["hdr_val(x-t) -f F/numbers", "hdr(x-t) -m len -f F/numbers",
                 "hdr_val(x-t) -f F/numbers 1"], HEADERS[:5]),
    "networks": (["hdr_ip(x-t) -f F/networks", "hdr(x-t) -m ip -n -f F/networks 10.3.0.0/16"],
                 HEADERS),
    "bytes": (["hdr(x-t) -m bin 504850 616263", "hdr(x-t) -m bin 31",
               "hdr(x-t) -m bin 616243"], HEADERS),
}


@pytest.mark.parametrize("name", FILES)
def test_patterns(both, files, name):
    tests, requests = FILES[name]
    both.same(table([test.replace("F/", f"{files}/") for test in tests], requests))


def cookies(backend, requests=None, **options):
    return Case(requests or COOKIES, frontend="option httplog", log=True, jar=False,
                backend="balance roundrobin\ncookie SRV insert\nretries 1\n" + backend, **options)


DOWN = "cookie s{app.name} disabled"
CASES = {
    "use_backend by a sample": Case(
        [ask("/", f"X-B: {name}") for name in ("other", "third", "none", "", "web")],
        frontend="use_backend third if { path /none }\nuse_backend %[hdr(x-b)] if { path / }\n"
                 "use_backend other"),
    "use_backend by text and a sample": Case(
        [ask("/oth"), ask("/thi"), ask("/")],
        frontend="use_backend %[path,bytes(1)]er if { path /oth }\n"
                 "use_backend %[path,bytes(1)]%%rd if { path /thi }"),
    "use-server": cookies("use-server b if { path /whoami }\nuse-server c unless { path /y }",
                          COOKIES + [ask("/x"), ask("/x")], servers="cookie s{app.name}"),
    "use-server by a sample": cookies(
        "use-server %[hdr(x-s)] if { hdr(x-s) -m found }\nuse-server a if { hdr(x-s) none }",
        [ask("/whoami", f"X-S: {name}") for name in ("b", "c", "none", "a")],
        servers="cookie s{app.name}"),
    "use-server of one that is away": cookies(
        "use-server x if { path /whoami }\nuse-server c if TRUE\nserver x 10.77.0.99:9 disabled",
        [ask(), ask()], servers="cookie s{app.name}"),
    "force-persist": cookies("force-persist if { path /whoami }", COOKIES[:3] + [
        ask("/x", "Cookie: SRV=sb")], servers=DOWN),
    "force-persist of some": cookies(
        "force-persist if { path /whoami }\nserver d 10.77.0.22:3000 cookie sd disabled",
        [ask("/whoami", "Cookie: SRV=sd"), ask("/x", "Cookie: SRV=sd"), ask("/whoami")],
        servers="cookie s{app.name}"),
    "ignore-persist": cookies("ignore-persist if { path /x }", [
        ask(path, f"Cookie: SRV=s{name}") for path in ("/x", "/whoami") for name in "bcb"],
        servers="cookie s{app.name}"),
    "the first of several": cookies(
        "ignore-persist if { path /x }\nforce-persist if { path_beg / }",
        [ask("/x", "Cookie: SRV=sb"), ask("/y", "Cookie: SRV=sb")], servers=DOWN),
    "option persist": cookies("option persist", COOKIES[:2], servers=DOWN),
    "option persist and redispatch": cookies(
        "option persist\noption redispatch 1\nserver d 10.77.0.22:9 cookie sd disabled",
        [ask("/whoami", "Cookie: SRV=sd"), ask()], servers="cookie s{app.name}"),
    "log variables": Case(
        RULED, frontend="http-request set-header X-L \"%ci %f %ft %b/%s %ST %[src] %HM %HU %HP "
        "%HQ %HV %ts %%\"\nhttp-request set-header X-Q \"%{+Q}[hdr(x-t)] %{+Q}f %{+E}[hdr(x-t)]\"",
        backend="http-request set-header X-B \"%b %f\"\n"
        "http-response set-header X-S \"%s %b %ST %ts %si\""),
    "log variables in answers": Case(
        RULED, frontend="http-request redirect location /l?%HM-%f if { path /a }\n"
        "http-request return status 200 content-type text/plain lf-string \"%ci %HU\" hdr X-F %f"),
    "log variables in a variable": Case(
        RULED, frontend="http-request set-var-fmt(txn.v) \"%f-%[path]\"\n"
        "http-request set-header X-V %[var(txn.v)]\nhttp-request set-path /p/%f if { path /a }"),
    "a captured header": Case(
        RULED, frontend="capture request header X-T len 3\n"
        "http-request set-header X-C \"%hr %hrl\""),
    "rules of defaults": Case(
        [ask("/d"), ask("/f"), ask("/whoami"), ask("/ok")],
        frontend="http-request deny deny_status 429 if { path /f }\n"
                 "http-request set-header X-F 1",
        top="\ndefaults named\n    mode http\n    timeout client 5s\n    timeout connect 1s\n"
            "    timeout server 5s\n    acl is_d path /d\n    acl ok path /ok\n"
            "    http-request deny deny_status 404 if is_d\n"
            "    http-request allow if ok\n    http-request add-header X-D \"%f %b\"\n"
            "    http-response set-header X-R %[status]\n"
            "frontend second from named\n    bind 10.77.0.11:81\n"
            "    http-request set-header X-N 2\n    http-request deny if { path /ok }\n"
            "    default_backend app\n"),
}


def adapted(both, case):
    top = OTHERS if "use_backend" in case.frontend else case.top
    for app in both.solo.apps:
        top = top.replace(f"{{{app.name}}}", app.endpoint)
    return case._replace(top=top)


def ported(text):
    """The second frontend, if there is one, is the one that is asked."""
    if "bind 10.77.0.11:81\n" not in text:
        return text
    return text.replace("bind 10.77.0.11:80\n", "bind 10.77.0.11:82\n").replace(
        "bind 10.77.0.11:81\n", "bind 10.77.0.11:80\n")


@pytest.mark.parametrize("name", CASES)
def test_words(both, name):
    case = adapted(both, CASES[name])
    text = both.configuration(case)
    both.equal(ported(text), lambda: both.play(case))
