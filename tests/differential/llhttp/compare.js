// Random requests, most of them nearly right, to wslb's parser and to llhttp, which Node's servers
// use: `node --no-deprecation compare.js VERDICT_PROGRAM COUNT SEED`. Two things are looked at:
//
//   - what wslb would send on must be to llhttp exactly one request, with the same body, so that a
//     request behind it is read as the next one: anything else is a request smuggled
//   - what wslb accepts and llhttp does not, by llhttp's reason
//
// Prints a JSON object with counts and examples.
"use strict";
const { spawn } = require("child_process");
const readline = require("readline");
const { HTTPParser, methods } = process.binding("http_parser");

const [program, count, seed] = process.argv.slice(2);

// mulberry32: the same inputs for the same seed.
let state = Number(seed) | 0;
function random(below) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % below;
}
const pick = (list) => list[random(list.length)];
const rarely = (odd, usual) => (random(8) === 0 ? pick(odd) : usual);

const METHODS = ["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH"];
const ODD_METHODS = ["get", "G E T", "GET\t", "FOO", "CONNECT", "", "PRI", "M-SEARCH"];
const TARGETS = ["/", "/a?b=c", "/%41", "/a/../b", "*", "http://host/x", "http://u@host:80", "/\u00e9"];
const ODD_TARGETS = ["", "a", "/a b", "//", "http:///x", "/\x7f", "/#f", "host:80", "/\x00", "http://host"];
const VERSIONS = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.0"];
const ODD_VERSIONS = ["HTTP/1.2", "HTTP/2.0", "http/1.1", "HTTP/1.1 ", "HTTP/01.1", "HTTP/1.", "HTTP/0.9", ""];
const LINES = ["Host: a", "Content-Length: 5", "Content-Length: 0", "Transfer-Encoding: chunked",
  "Connection: close", "Connection: keep-alive", "X-A: b", "Cookie: a=b", "Expect: 100-continue",
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
const ODD_LINES = ["Host: b", "Host:", "host : a", " folded", "\tfolded", ":", "X", "X: \x01", "X: \x7f", "X: a\rb",
  "Content-Length: +5", "Content-Length: 5, 5", "Content-Length: 05", "Content-Length: 5 5", "Content-Length: -1",
  "Content-Length: 0x5", "Content-Length: 99999999999999999999", "Content-Length:", "Content-Length: 6",
  "Content_Length: 3", "Content-Length : 3", "Transfer-Encoding: identity", "Transfer-Encoding: chunked, chunked",
  "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: xchunked", "Transfer-Encoding: \x0bchunked",
  "Transfer-Encoding: chunked ", "Transfer-Encoding:\tchunked", "Transfer-Encoding: CHUNKED", "Transfer-Encoding: chunked;a",
  "Transfer-Encoding:", "Transfer_Encoding: chunked", "Connection: Content-Length", "Connection: Transfer-Encoding",
  "Connection: Host", "X\x00: a", "X: \x00", "\u00e9: a", "X: \u00e9", "X-A: b\nContent-Length: 7", "Upgrade: h2c",
  "Proxy-Connection: close", "TE: trailers", "Keep-Alive: 5"];
const ENDS = ["\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n"];
const ODD_ENDS = ["\r", "\n\r", "\r\r\n", "\r\n ", "\x00\r\n"];

function request() {
  const end = () => rarely(random(4) === 0 ? ODD_ENDS : ENDS, "\r\n");
  const gap = () => rarely(["  ", "\t", "", "\x0b"], " ");
  let text = rarely(["\r\n", "\n", "\r\n\r\n", " "], "");
  text += rarely(ODD_METHODS, pick(METHODS)) + gap() + rarely(ODD_TARGETS, pick(TARGETS)) + gap() +
    rarely(ODD_VERSIONS, pick(VERSIONS)) + end();
  if (random(10) !== 0) text += "Host: a" + end();
  for (let n = random(5); n > 0; n -= 1) text += (random(3) === 0 ? pick(ODD_LINES) : pick(LINES)) + end();
  text += end();
  const bytes = Buffer.from(text, "latin1");
  for (let n = random(6) === 0 ? 1 + random(3) : 0; n > 0; n -= 1) bytes[random(bytes.length)] = random(256);
  return bytes;
}

// The requests that llhttp finds in the bytes, and how it ended.
function parse(bytes) {
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {});
  const seen = [];
  let fields = [];
  parser[HTTPParser.kOnHeaders | 0] = (list) => { fields.push(...list); };
  parser[HTTPParser.kOnHeadersComplete | 0] = (major, minor, list, method, url, status, text, upgrade) => {
    seen.push({ method: methods[method], url, fields: [...fields, ...(list ?? [])], body: 0, upgrade, whole: false });
    fields = [];
    return 0;
  };
  parser[HTTPParser.kOnBody | 0] = (body) => { seen.at(-1).body += body.length; };
  parser[HTTPParser.kOnMessageComplete | 0] = () => { seen.at(-1).whole = true; };
  const result = parser.execute(bytes);
  return { seen, error: result instanceof Error ? result.code : null };
}

const KIND = ["none", "length", "chunked"];
const SENTINEL = "GET /behind HTTP/1.1\r\nHost: lab\r\n\r\n";

// What is wrong with what wslb sends on; nothing: all is well.
function smuggled(kind, length, sent) {
  const body = kind === "length" ? "b".repeat(length) : kind === "chunked" ? "3\r\nabc\r\n0\r\n\r\n" : "";
  const { seen, error } = parse(Buffer.concat([sent, Buffer.from(body + SENTINEL)]));
  const [method, url, version] = sent.toString("latin1").split(/[ \r]/);
  // llhttp knows a list of methods, wslb any token.
  if (error === "HPE_INVALID_METHOD" || method === "PRI") return null;
  // Nothing can follow where a server closes.
  if (error === "HPE_CLOSED_CONNECTION" && version === "HTTP/1.0" && seen[0].whole) return null;
  if (error) return error;
  const [first, second] = seen;
  if (first.method !== method || first.url !== url) return `reads ${first.method} ${first.url}`;
  const lines = sent.toString("latin1").split("\r\n").slice(1, -2).length;
  if (first.fields.length !== 2 * lines) return `reads ${first.fields.length / 2} of ${lines} fields`;
  if (first.upgrade) return null;  // what follows belongs to the tunnel
  if (!first.whole) return "does not see its end";
  if (first.body !== (kind === "chunked" ? 3 : kind === "length" ? length : 0)) return `a body of ${first.body}`;
  if (seen.length !== 2 || second.url !== "/behind") return `reads ${seen.length} requests`;
  return null;
}

const verdict = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
const answers = readline.createInterface({ input: verdict.stdout })[Symbol.asyncIterator]();
const total = { requests: 0, accepted: 0, bad: 0, more: 0, stricter: 0, smuggled: [], laxer: {}, examples: {} };

(async () => {
  for (let n = 0; n < Number(count); n += 1) {
    const bytes = request();
    verdict.stdin.write(bytes.toString("hex") + "\n");
    const [word, size, kind, length, hex] = (await answers.next()).value.split(" ");
    total.requests += 1;
    const theirs = parse(bytes.subarray(0, word === "ok" ? Number(size) : bytes.length));
    if (word !== "ok") {
      total[word] += 1;
      if (!theirs.error && theirs.seen.length > 0) total.stricter += 1;
      continue;
    }
    total.accepted += 1;
    if (theirs.error) {
      total.laxer[theirs.error] = (total.laxer[theirs.error] ?? 0) + 1;
      total.examples[theirs.error] ??= bytes.toString("latin1");
    }
    if (Number(length) > 65536) continue;
    const wrong = smuggled(KIND[Number(kind)], Number(length), Buffer.from(hex, "hex"));
    if (wrong) total.smuggled.push([wrong, bytes.toString("latin1"), Buffer.from(hex, "hex").toString("latin1")]);
  }
  verdict.stdin.end();
  console.log(JSON.stringify(total, null, 1));
})();
