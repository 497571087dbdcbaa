// Plays every case against the echo server, `node client.js HOST PORT`, and prints what was seen as
// JSON: the same whether a proxy is between or not.
"use strict";
const crypto = require("crypto");
const net = require("net");
const path = require("path");
const WebSocket = require(path.join(__dirname, "../socketio/node_modules/ws"));

const [host, port] = process.argv.slice(2);
const kinds = { plain: { perMessageDeflate: false }, deflate: { perMessageDeflate: { threshold: 0 } } };

// Resolves with all that happened until the connection closed.
function play(kind, act, options = {}) {
  return new Promise((resolve) => {
    const seen = [];
    const socket = new WebSocket(`ws://${host}:${port}/${kind}`, options.protocols ?? [], {
      ...kinds[kind], maxPayload: 32 * 1024 * 1024 });
    const note = (...what) => seen.push(what);
    const done = (count) => { if (seen.filter((s) => s[0] === "message").length >= count) socket.close(); };
    socket.on("open", () => {
      note("open", socket.extensions, socket.protocol);
      act(socket, done);
    });
    socket.on("message", (data, binary) => {
      const hash = crypto.createHash("sha256").update(data).digest("hex");
      note("message", binary, data.length, hash);
      socket.emit("answered");
    });
    socket.on("ping", (data) => { note("ping", data.toString()); socket.emit("answered"); });
    socket.on("pong", (data) => { note("pong", data.toString()); socket.emit("answered"); });
    socket.on("error", (error) => note("error", error.code ?? error.message));
    socket.on("close", (code, reason) => { note("close", code, reason.toString()); resolve(seen); });
  });
}

const sizes = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20, 16 << 20];

function bytes(size) {  // does not compress, and is the same each time
  const cipher = crypto.createCipheriv("aes-128-ctr", Buffer.alloc(16, 7), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(size));
}

const cases = {};
for (const kind of Object.keys(kinds)) {
  for (const size of sizes) {
    cases[`${kind} text ${size}`] = () => play(kind, (socket) => {
      socket.on("answered", () => socket.close(1000));
      socket.send("x".repeat(size));
    });
    cases[`${kind} binary ${size}`] = () => play(kind, (socket) => {
      socket.on("answered", () => socket.close(1000));
      socket.send(bytes(size));
    });
  }
  cases[`${kind} fragments`] = () => play(kind, (socket) => {
    socket.on("answered", () => socket.close(1000));
    for (let n = 0; n < 200; n += 1) socket.send(`part ${n} `, { fin: n === 199 });
  });
  cases[`${kind} a ping between fragments`] = () => play(kind, (socket) => {
    let left = 2;
    socket.on("answered", () => { if ((left -= 1) === 0) socket.close(1000); });
    socket.send("one ", { fin: false });
    socket.ping("between");
    socket.send("two", { fin: true });
  });
  cases[`${kind} many messages`] = () => play(kind, (socket, done) => {
    socket.on("answered", () => done(2000));
    for (let n = 0; n < 2000; n += 1) socket.send(n % 2 ? `message ${n}` : bytes(n));
  });
  cases[`${kind} ping`] = () => play(kind, (socket) => {
    socket.on("answered", () => socket.close(1000));
    socket.ping("p".repeat(125));
  });
  cases[`${kind} ping of the server`] = () => play(kind, (socket) => {
    socket.on("answered", () => socket.close(1000));
    socket.send("ping are you there");
  });
  for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1011, 1012, 3000, 4999]) {
    cases[`${kind} close ${code}`] = () => play(kind, (socket) => socket.close(code, `my ${code}`));
    cases[`${kind} close ${code} of the server`] =
      () => play(kind, (socket) => socket.send(`close ${code} its reason`));
  }
  cases[`${kind} close without code`] = () => play(kind, (socket) => socket.close());
  cases[`${kind} the server cuts`] = () => play(kind, (socket) => socket.send("terminate"));
}
cases["subprotocols"] = () => play("deflate", (socket) => socket.close(1000), { protocols: ["chat.v1", "chat.v2"] });

// Frames of its own making, and an end of the sending side while answers are still to come.
function raw(frames, ends) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port: Number(port), allowHalfOpen: true });
    const parts = [];
    socket.write("GET /plain HTTP/1.1\r\nHost: lab\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    socket.once("data", () => { socket.write(frames); if (ends) socket.end(); });
    socket.on("data", (data) => parts.push(data));
    socket.on("end", () => { if (!ends) socket.end(); });
    socket.on("error", (error) => parts.push(Buffer.from(error.code)));
    socket.on("close", () => {
      const all = Buffer.concat(parts);
      resolve([["frames", all.subarray(all.indexOf("\r\n\r\n") + 4).toString("hex")]]);
    });
  });
}

function frame(first, payload) {  // masked with zeros
  const head = payload.length < 126 ? [first, 0x80 | payload.length]
    : [first, 0x80 | 126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}

const hello = frame(0x81, Buffer.from("hello"));
Object.assign(cases, {
  "half-close": () => raw(Buffer.concat([hello, hello, hello]), true),
  "half-close after a Close": () => raw(Buffer.concat([hello, frame(0x88, Buffer.from([3, 232]))]), true),
  "invalid UTF-8": () => raw(frame(0x81, Buffer.from([0xc3, 0x28])), false),
  "a reserved opcode": () => raw(frame(0x83, Buffer.from("x")), false),
  "a reserved bit": () => raw(frame(0xc1, Buffer.from("x")), false),
  "a long ping": () => raw(frame(0x89, Buffer.alloc(126, 1)), false),
  "a frame without mask": () => raw(Buffer.from([0x81, 1, 0x78]), false),
  "a continuation of nothing": () => raw(frame(0x80, Buffer.from("x")), false),
  "a close code that nobody may send": () => raw(frame(0x88, Buffer.from([3, 237])), false),
  "an empty binary frame": () => raw(Buffer.concat([frame(0x82, Buffer.alloc(0)), frame(0x88, Buffer.from([3, 232]))]), false),
});

(async () => {
  const seen = {};
  for (const [name, run] of Object.entries(cases)) seen[name] = await run();
  process.stdout.write(JSON.stringify(seen), () => process.exit(0));
})();
