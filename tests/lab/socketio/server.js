// One socket.io server of the lab: `node server.js NAME PORT REDIS_ADDRESS PING_MS PATIENCE_MS`.
//
//   GET  /status        200 for health checks
//   GET  /stats         what each client (query `client=N`) sent here
//   POST /broadcast?id= "news" to every client of every server, through Redis
"use strict";
const http = require("http");
const Redis = require("ioredis");
const { Server } = require("socket.io");
const { createAdapter } = require("@socket.io/redis-adapter");

const [name, port, redis, pingMs, patienceMs] = process.argv.slice(2);
const stats = { name, clients: {} };

// Which client's polling requests and upgrades arrived here: a client whose name two servers know
// was not kept on its backend.
function count(request, kind) {
  const client = new URL(request.url, "http://lab").searchParams.get("client");
  if (client === null) return;
  const seen = (stats.clients[client] ??= { polling: 0, websocket: 0 });
  seen[kind] += 1;
}

const server = http.createServer((request, response) => {
  const url = new URL(request.url, "http://lab");
  if (url.pathname === "/stats") {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(stats));
  } else if (url.pathname === "/broadcast") {
    io.emit("news", url.searchParams.get("id"));
    response.end("sent\n");
  } else {
    response.end(`${name} via ${request.socket.remoteAddress}\n`);
  }
});

const publisher = new Redis({ host: redis });
const subscriber = publisher.duplicate();
const io = new Server(server, {
  adapter: createAdapter(publisher, subscriber),
  pingInterval: Number(pingMs),
  pingTimeout: Number(patienceMs),
});
io.on("connection", (socket) => socket.emit("hello", name));
server.on("request", (request) => {
  if (request.url.startsWith("/socket.io/")) count(request, "polling");
});
server.on("upgrade", (request) => count(request, "websocket"));

subscriber.once("ready", () => server.listen(Number(port), "0.0.0.0"));
process.on("SIGTERM", () => process.exit(0));
