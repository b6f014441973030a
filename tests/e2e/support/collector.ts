import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { until } from "./until.js";

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: { key: string; value: Record<string, unknown> }[];
  status?: { code: number };
}

// An OTLP/HTTP collector that keeps what it gets, byte for byte.
export class Collector {
  readonly messages: { path: string; type: string; body: string }[] = [];
  answer = 200;
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Collector> {
    const server = createServer();
    const collector = new Collector(server);
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const type = request.headers["content-type"] ?? "";
        collector.messages.push({ path: request.url!, type, body: Buffer.concat(chunks).toString("utf8") });
        response.writeHead(collector.answer, { "content-type": "application/json" }).end("{}");
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return collector;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1/traces`;
  }
  // As the program's settings want it.
  get settings(): Record<string, string> {
    return { "trace.endpoint": JSON.stringify(this.endpoint), "trace.sample_ratio": "1.0" };
  }

  spans(): Span[] {
    return this.messages.flatMap((message) =>
      JSON.parse(message.body).resourceSpans.flatMap((resource: any) =>
        resource.scopeSpans.flatMap((scope: any) => scope.spans as Span[]),
      ),
    );
  }
  // The spans of a trace, the request's own first; waits for them.
  async trace(id: string): Promise<Span[]> {
    const own = () => this.spans().filter((span) => span.traceId === id);
    await until(`spans of trace ${id}`, 20, () => own().length > 0);
    return own();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
