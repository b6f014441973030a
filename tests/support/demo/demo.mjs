// The application that stands behind the gate in `./dev up` and in the tests: tells what reached it.
// usage: node demo.mjs [PORT]   (0, the default: a free one). Each line on standard output is one JSON event.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

// onEvent gets every request before it is answered.
export function createDemo(onEvent) {
  return createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("latin1");
      const seen = { method: request.method, path: request.url, headers: request.headers, body };
      onEvent({ event: "request", ...seen });
      response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
      response.end(JSON.stringify(seen, null, 2) + "\n");
    });
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const print = (fields) => process.stdout.write(JSON.stringify(fields) + "\n");
  const server = createDemo(print);
  server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
    print({ event: "listening", port: server.address().port });
  });
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.on(signal, () => {
      server.close();
      server.closeAllConnections();
    });
  }
}
