"""Answers that the proxy makes itself: http-errors, errorfiles, http-error, the contents of return
and deny; and http-after-response, which edits every answer."""
import pytest

from .both import Ask, Case, ask

pytestmark = pytest.mark.long

FILES = {
    "page": "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nContent-Type: text/x\r\n"
            "X-From: page\r\n\r\npage\n",
    "busy": "HTTP/1.1 503 Busy\r\nContent-Length: 5\r\nX-From: busy\r\n\r\nbusy\n",
    "denied": "HTTP/1.1 403 No\r\nContent-Length: 3\r\nX-From: denied\r\n\r\nno\n",
    "text": "plain text of %[path]\n",
    "empty": "",
}
SECTIONS = """
http-errors one
    errorfile 404 F/page
    errorfile 503 F/busy
    errorfile 403 F/denied
http-errors two
    errorfile 503 F/page
backend none
    balance roundrobin
"""
SOME = [ask("/a"), ask("/b"), ask("/a", method="HEAD")]
NONE = "use_backend none if { path_beg /none }\n"
EVERY = [ask("/whoami"), ask("/none"), ask("/deny"), ask("/return"), ask("/redirect"),
         ask("/auth"), Ask(raw=b"GET / HTTP/1.1\r\nHost: a b\r\nHost: c\r\n\r\n")]
OWN = NONE + ("http-request deny if { path /deny }\nhttp-request redirect location /x if "
              "{ path /redirect }\nhttp-request auth if { path /auth }\n"
              "http-request return status 200 content-type text/x string hello if "
              "{ path /return }\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("answers")
    for name, text in FILES.items():
        (made / name).write_text(text, newline="")
    return made


def rules(lines, requests=None, **more):
    return Case(requests or SOME, frontend=lines, top=SECTIONS, **more)


def after(lines, backend="", requests=None, **more):
    frontend = OWN + "\n".join(f"http-after-response {line}" for line in lines.splitlines())
    return Case(requests or EVERY[:-1], frontend=frontend, top=SECTIONS,
                backend="balance roundrobin\n" + backend, **more)


CASES = {
    "return errorfile": rules("http-request return errorfile F/page if { path /a }"),
    "return errorfile with a status": rules("http-request return status 403 errorfile F/page"),
    "return errorfiles": rules("http-request return status 404 errorfiles one if { path /a }\n"
                               "http-request return status 403 errorfiles one"),
    "return file": rules("http-request return content-type text/x file F/text if { path /a }\n"
                         "http-request return content-type text/x lf-file F/text"),
    "return an empty file": rules("http-request return file F/empty"),
    "return default": rules("http-request return status 404 default-errorfiles"),
    "deny errorfile": rules("http-request deny errorfile F/page if { path /a }\n"
                            "http-request deny deny_status 503 errorfiles one"),
    "deny without a word": rules("http-request deny errorfile F/empty if { path /a }\n"
                                 "http-request return errorfile F/empty"),
    "deny default": rules("errorfile 403 F/denied\nhttp-request deny default-errorfiles"),
    "response return": rules("http-response return status 404 errorfiles one if { status 200 }"),
    "response deny": rules("http-response deny errorfile F/denied"),
    "errorfiles": rules(NONE + "errorfiles one\nhttp-request deny if { path /a }",
                        [ask("/a"), ask("/none"), ask("/whoami")]),
    "errorfiles of some": rules(NONE + "errorfiles one 503\nhttp-request deny if { path /a }",
                                [ask("/a"), ask("/none")]),
    "the last errorfile": rules(NONE + "errorfiles one\nerrorfile 503 F/page\n",
                                [ask("/none")]),
    "the last errorfiles": rules(NONE + "errorfile 503 F/busy\nerrorfiles two\n", [ask("/none")]),
    "http-error string": rules(
        NONE + "http-error status 503 content-type text/x string gone hdr X-A b\n"
        "http-error status 403 content-type text/x lf-string \"%[path] %ci\" hdr X-B %[path]\n"
        "http-request deny if { path /a }", [ask("/a"), ask("/none"), ask("/a", method="HEAD")]),
    "http-error file": rules(
        NONE + "http-error status 503 errorfile F/busy\nhttp-error status 403 errorfiles one\n"
        "http-request deny if { path /a }", [ask("/a"), ask("/none")]),
    "http-error default": rules(
        NONE + "errorfiles one\nhttp-error status 503 default-errorfiles\n", [ask("/none")]),
    "http-error of 401": rules(
        "http-error status 401 content-type text/x string who hdr X-A b\nhttp-request auth"),
    "of the backend": Case(SOME, backend="balance roundrobin\nerrorfiles one\n"
                           "http-request deny if { path /a }", top=SECTIONS,
                           frontend="http-error status 403 content-type text/x string front"),
    "after: headers": after("set-header X-N \"%[res.hdr(x-app)] %[status]\"\ndel-header X-App\n"
                            "add-header X-M 1\nadd-header X-M 2"),
    "after: of both": after("add-header X-M front", "http-after-response add-header X-M back\n"
                            "http-response add-header X-M response"),
    "after: conditions": after("set-header X-E 1 if { status ge 400 }\n"
                               "allow if { status 200 }\n"
                               "set-header X-L late"),
    "after: status": after("set-status 418 reason Tea if { status 200 }\n"
                           "set-status 599 if { status 503 }"),
    "after: values": after("replace-header Content-Type (.*)/(.*) \\\\2/\\\\1\n"
                           "set-var(txn.s) status\nset-header X-V %[var(txn.s)]"),
    "after: of nobody's request": after("set-header X-N 1", requests=EVERY[-1:]),
    "after: cookies": after("replace-header Set-Cookie (.*) \\\"\\\\1;\\ x\\\"",
                            "cookie SRV insert", servers="cookie s{app.name}"),
    "after: log": after("set-header X-N 1", requests=EVERY[:5], log=True)._replace(
        frontend=OWN + "option httplog\nhttp-after-response set-header X-N 1"),
}
NAMES = ask("/a", "X-One: 1", "X-Two: 2", "Y-One: 3", "Two-X: 4", "Host-X: 5")
for way in ("str X-One", "beg x-", "end -one", "sub -o", "reg ^x-[a-z]+$", "reg ^X-", "end -X"):
    name = way.split(" ")
    CASES[f"del-header -m {way}"] = Case(
        [NAMES, ask("/body", "X-One: 1", method="POST", body=b"abc")],
        frontend=f"http-request del-header {name[1]} -m {name[0]}\n"
                 f"http-response del-header {name[1]} -m {name[0]}")


@pytest.mark.parametrize("name", CASES)
def test_answers(both, folder, name):
    case = CASES[name]
    both.same(case._replace(frontend=case.frontend.replace("F/", f"{folder}/"),
                            top=case.top.replace("F/", f"{folder}/")))
