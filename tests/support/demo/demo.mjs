// The application that stands behind the gate in `./dev up` and in the tests: tells what reached it.
// usage: node demo.mjs [PORT]   (0, the default: a free one). Each line on standard output is one JSON event.
import { createServer } from "node:http";

const event = (fields) => process.stdout.write(JSON.stringify(fields) + "\n");

const server = createServer((request, response) => {
  let bytes = 0;
  request.on("data", (chunk) => (bytes += chunk.length));
  request.on("end", () => {
    const seen = { method: request.method, path: request.url, headers: request.headers, body_bytes: bytes };
    event({ event: "request", ...seen });
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify(seen, null, 2) + "\n");
  });
});

server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  event({ event: "listening", port: server.address().port });
});
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
