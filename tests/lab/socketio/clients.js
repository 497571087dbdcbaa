// Socket.io clients of the lab: `node clients.js URL COUNT [polling|websocket|upgrade|jar]`.
//
// Without the last word each begins with HTTP polling, upgrades and keeps its cookies over
// reconnections as a browser does. With it there are no cookies at all, as in native clients, and
// only that transport, or polling and then WebSocket; `jar` is polling alone, with cookies. Each
// writes what happens to it as a JSON line {"at", "client", "event", "value"}; "at" is in ms of the
// monotonic clock, which all processes of the machine share.
"use strict";
const { io } = require("socket.io-client");

const [url, count, transport] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const transports = { polling: ["polling"], websocket: ["websocket"], jar: ["polling"] };
const hasCookies = transport === undefined || transport === "jar";

function tell(client, event, value) {
  const at = Number(process.hrtime.bigint() / 1000n) / 1000;
  process.stdout.write(JSON.stringify({ at, client, event, value }) + "\n");
}

// The client's own cookie jar lives no longer than one connection. A browser's does: what the last
// connection had is sent with the first request of the next and then put into the new jar.
function keepCookies(manager) {
  let kept = new Map();
  const collect = () => {
    for (const [name, cookie] of manager.engine?._cookieJar?._cookies ?? []) kept.set(name, cookie);
  };
  manager.on("reconnect_attempt", () => {
    collect();
    const header = [...kept].map(([name, { value }]) => `${name}=${value}`).join("; ");
    manager.opts.extraHeaders = header ? { cookie: header } : {};
  });
  manager.on("open", () => {
    collect();
    delete manager.opts.extraHeaders?.cookie;
    for (const [name, cookie] of kept) manager.engine._cookieJar._cookies.set(name, cookie);
  });
}

function start(client) {
  const socket = io(url, {
    forceNew: true,
    transports: transports[transport] ?? ["polling", "websocket"],
    withCredentials: hasCookies,
    query: { client },
    timeout: 5000,
    reconnectionDelay: 50,
    reconnectionDelayMax: 200,
  });
  if (hasCookies) keepCookies(socket.io);
  socket.io.on("open", () => {
    const engine = socket.io.engine;
    tell(client, "sid", engine.id);
    engine.once("upgrade", () => tell(client, "upgrade", engine.transport.name));
  });
  socket.on("connect", () => tell(client, "connect", socket.id));
  socket.on("hello", (backend) => tell(client, "hello", backend));
  socket.on("news", (id) => tell(client, "news", id));
  socket.on("disconnect", (reason) => tell(client, "disconnect", reason));
  socket.on("connect_error", (error) => tell(client, "error", String(error.message)));
}

for (let client = 0; client < count; client += 1) start(client);
process.on("SIGTERM", () => process.exit(0));
