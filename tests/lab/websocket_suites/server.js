// An echo server of npm's ws: `node server.js PORT`. Paths: /plain, /deflate. A text "close CODE
// REASON" makes it close so, "ping TEXT" makes it ping, "terminate" cuts.
"use strict";
const path = require("path");
const http = require("http");
const { WebSocketServer } = require(path.join(__dirname, "../socketio/node_modules/ws"));

const most = 32 * 1024 * 1024;
const kinds = {
  "/plain": new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: most }),
  "/deflate": new WebSocketServer({
    noServer: true, perMessageDeflate: { threshold: 0 }, maxPayload: most,
    handleProtocols: (offered) => [...offered].at(-1) }),
};
const server = http.createServer((request, response) => response.end("echo\n"));
server.on("upgrade", (request, socket, head) => {
  const kind = kinds[new URL(request.url, "http://lab").pathname];
  kind.handleUpgrade(request, socket, head, (client) => {
    client.on("error", () => {});
    client.on("message", (data, binary) => {
      const [word, ...rest] = binary ? [] : data.toString().split(" ");
      if (word === "close") client.close(Number(rest[0]), rest.slice(1).join(" "));
      else if (word === "ping") client.ping(rest.join(" "));
      else if (word === "terminate") client.terminate();
      else client.send(data, { binary });
    });
  });
});
server.listen(Number(process.argv[2]), "0.0.0.0");
