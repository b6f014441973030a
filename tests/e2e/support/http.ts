import { request as plain, Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  json: any;
  cookies: Record<string, string>; // name → value, of Set-Cookie
  milliseconds: number;
}

export interface Ask {
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer | object; // an object is sent as JSON
  agent?: Agent;
}

// One request, sent as written: no path is normalised, no redirect followed, no cookie kept.
export function ask(port: number, path: string, options: Ask = {}): Promise<Answer> {
  const { body } = options;
  const isJson = typeof body === "object" && !Buffer.isBuffer(body);
  const payload = isJson ? JSON.stringify(body) : body;
  const headers: OutgoingHttpHeaders = {
    ...(isJson ? { "content-type": "application/json" } : {}),
    ...(payload === undefined ? {} : { "content-length": Buffer.byteLength(payload as string) }),
    ...options.headers,
  };
  const began = performance.now();
  return new Promise((done, failed) => {
    const method = options.method ?? (body === undefined ? "GET" : "POST");
    const sent = plain({ host: "127.0.0.1", port, path, method, headers, agent: options.agent ?? false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", failed);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const type = response.headers["content-type"] ?? "";
        done({
          status: response.statusCode!,
          headers: response.headers,
          body: text,
          json: /[/+]json/.test(type) && text !== "" ? JSON.parse(text) : undefined,
          cookies: cookiesOf(response.headers["set-cookie"] ?? []),
          milliseconds: performance.now() - began,
        });
      });
    });
    sent.on("error", failed);
    sent.end(payload);
  });
}

function cookiesOf(lines: string[]): Record<string, string> {
  return Object.fromEntries(lines.map((line) => /^([^=]+)=([^;]*)/.exec(line)!.slice(1, 3) as [string, string]));
}

export function bearer(token: string): OutgoingHttpHeaders {
  return { authorization: `Bearer ${token}` };
}

export interface RawAnswer {
  text: string; // all bytes that came back
  statuses: number[]; // of each answer in it
  closed: boolean; // the other side closed; false: it still waited at the deadline
  milliseconds: number;
}

// Sends bytes exactly as they are, in the given pieces, and reads until the other side closes or `patience` has passed.
export function raw(port: number, pieces: string | Buffer | (string | Buffer)[], patience = 3000): Promise<RawAnswer> {
  const began = performance.now();
  return new Promise((done) => {
    const chunks: Buffer[] = [];
    const socket: Socket = connect(port, "127.0.0.1");
    const finish = (closed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      const text = Buffer.concat(chunks).toString("latin1");
      const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map((match) => Number(match[1]));
      done({ text, statuses, closed, milliseconds: performance.now() - began });
    };
    const timer = setTimeout(finish, patience, false);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => finish(true));
    socket.on("close", () => finish(true));
    socket.on("connect", () => {
      for (const piece of Array.isArray(pieces) ? pieces : [pieces]) {
        socket.write(typeof piece === "string" ? Buffer.from(piece, "latin1") : piece);
      }
    });
  });
}
