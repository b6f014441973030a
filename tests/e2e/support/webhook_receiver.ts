import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { until } from "./until.js";

export interface Received {
  id: string;
  timestamp: number;
  signature: string;
  body: string;
  json: any;
}

// A receiver of webhooks that keeps what it gets, byte for byte, and answers what it is told to.
export class WebhookReceiver {
  readonly received: Received[] = [];
  answer = 204;
  hangs = false; // takes what comes and answers nothing
  hanging = 0; // requests that wait for an answer at this moment
  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const header = (name: string) => String(request.headers[name] ?? "");
        const body = Buffer.concat(chunks).toString("utf8");
        receiver.received.push({
          id: header("webhook-id"),
          timestamp: Number(header("webhook-timestamp")),
          signature: header("webhook-signature"),
          body,
          json: JSON.parse(body),
        });
        if (!receiver.hangs) return void response.writeHead(receiver.answer).end();
        receiver.hanging++;
        response.once("close", () => receiver.hanging--);
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }
  async first(matches: (received: Received) => boolean): Promise<Received> {
    await until("the webhook arrives", 60, () => this.received.some(matches));
    return this.received.find(matches)!;
  }
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

// As Standard Webhooks says that receivers do it.
export function verifies(received: Received, secret: string): boolean {
  if (Math.abs(Date.now() / 1000 - received.timestamp) > 300) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${received.id}.${received.timestamp}.${received.body}`).digest();
  return received.signature.split(" ").some((signature) => {
    const [version, value = ""] = signature.split(",");
    const given = Buffer.from(value, "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
