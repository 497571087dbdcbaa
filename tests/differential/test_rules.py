"""http-request, http-response and redirect: what they answer and what they write."""
import pytest

from .both import Case, ask

SOME = [ask("/a?x=1", "X-T: one, two"), ask("/b/", "X-T: 1"), ask("/c")]


def request(rules, requests=None, **more):
    return Case(requests or SOME, frontend="\n".join(
        f"http-request {rule}" for rule in rules.splitlines()), **more)


def response(rules, requests=None):
    return Case(requests or SOME, backend="\n".join(
        f"http-response {rule}" for rule in rules.splitlines()))


CASES = {
    "deny": request("deny if { path /a }"),
    "deny status": request("deny deny_status 429 if { path /a }\ndeny status 404 if { path /c }"),
    "deny with a text": request(
        "deny status 400 content-type text/plain string no hdr X-A b if { path /a }"),
    "allow ends the rules": request("allow if { path /a }\ndeny"),
    "tarpit": request("tarpit deny_status 403 if { path /a }", [ask("/a")],
                      defaults="timeout tarpit 100ms"),
    "redirect location": request("redirect location /new if { path /a }\n"
                                 "redirect location https://x.org/%[path] code 301"),
    "redirect prefix": request("redirect prefix https://x.org if { path /a }\n"
                               "redirect prefix /"),
    "redirect scheme": request("redirect scheme https code 308 if { path /a }\n"
                               "redirect scheme https drop-query code 307"),
    "redirect options": request(
        "redirect prefix https://x.org drop-query append-slash code 303 if { path /a }\n"
        "redirect location / set-cookie A=1 if { path /c }\nredirect location / clear-cookie A="),
    "redirect keyword": Case(SOME, frontend="redirect prefix https://x.org if { path /a }\n"
                             "http-request set-path /c if { path /b/ }\n"
                             "redirect location /gone code 301 if { path /c }"),
    "return": request("return if { path /a }\nreturn status 404 if { path /c }"),
    "return a text": request(
        "return status 200 content-type text/plain string \"a b\" if { path /a }\n"
        "return status 410 content-type text/x lf-string \"%[path]-%[hdr(x-t)]-%%\" hdr X-Q "
        "\"%[query]\""),
    "return to HEAD": request("return content-type text/plain string hello",
                              [ask(method="HEAD"), ask(method="OPTIONS")]),
    "set-header": request("set-header X-N new\nset-header X-T \"%[src]-%[path]\""),
    "add-header": request("add-header X-T more if { path /a }\n"
                          "add-header X-Host %[hdr(host),length]"),
    "del-header": request("del-header X-T if { path /a }"),
    "empty header": request("set-header X-N %[hdr(x-none)]"),
    "replace-header": request(
        "replace-header X-T (.*),(.*) \\2-\\1\nreplace-header X-T ^1$ <\\0>"),
    "replace-value": request("replace-value X-T (.)(.*) \\2\\1"),
    "set-path": request("set-path /new%[path]"),
    "set-query": request("set-query y=2 if { path /a }\nset-query a=1&b=2 if { path /b/ }\n"
                         "set-query z if { path /c }"),
    "set-uri": request("set-uri /u?v=1 if { path /a }\nset-pathq /p?q=2 if { path /c }"),
    "replace-path": request("replace-path ^/(.) /\\1\\1"),
    "replace-pathq": request("replace-pathq (.*)x=1 \\1y=2"),
    "replace-uri": request("replace-uri ^/a /z"),
    "set-method": request("set-method PUT if { path /a }"),
    "variables": request(
        "set-var(txn.p) path\nset-var(req.n) int(4),add(3)\nset-var-fmt(txn.f) \"%[src]!\"\n"
        "set-header X-V \"%[var(txn.p)] %[var(req.n)] %[var(txn.f)] [%[var(txn.none)]]\"\n"
        "unset-var(txn.p) if { path /a }\nset-header X-W [%[var(txn.p)]]\n"
        "deny if { var(req.n) -m int 8 }"),
    "order": request("set-path /z if { path /a }\nset-header X-P %[path]\n"
                     "del-header X-P if { path /c }\nadd-header X-P 2"),
    "of the backend": Case(SOME, frontend="http-request set-header X-F 1",
                           backend="http-request set-header X-B \"%[hdr(x-f)] %[be_name]\"\n"
                           "http-request deny if { path /c }"),
    "response headers": response("set-header X-N \"%[status] %[res.hdr(x-app)]\"\n"
                                 "del-header Content-Type\nadd-header X-App 2"),
    "response deny": response("deny if { res.hdr(x-app) a }\ndeny status 404 if { status 200 }"),
    "response return": response("return status 418 content-type text/plain string tea"),
    "response status": response("set-status 201 reason Fine"),
    "response variables": Case(SOME, frontend="http-request set-var(txn.p) path",
                               backend="http-response set-header X-P %[var(txn.p)]"),
    "response replace": response("replace-header X-App (.) <\\1>"),
    "log of a denial": Case(
        [ask("/a"), ask("/c"), ask("/b/")],
        frontend="option httplog\nhttp-request deny if { path /a }\n"
                 "http-request redirect location / if { path /c }\n"
                 "http-request return status 410", log=True),
}


@pytest.mark.parametrize("name", CASES)
def test_rules(both, name):
    both.same(CASES[name])
