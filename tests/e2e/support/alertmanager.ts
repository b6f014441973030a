import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from "node:net";
import { join } from "node:path";
import { Child } from "./child.js";
import { ask } from "./http.js";
import { freePort, makeFolder, projectRoot } from "./paths.js";
import { until } from "./until.js";

const portOf = (server: HttpServer | TcpServer) => (server.address() as AddressInfo).port;

// A mail server that takes everything and forwards nothing (RFC 5321, as much of it as Alertmanager speaks).
function mailServer(mails: string[]): TcpServer {
  return createTcpServer((socket: Socket) => {
    let mail: string | undefined; // being received
    let rest = "";
    socket.on("error", () => socket.destroy());
    socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (mail !== undefined) {
          if (line !== ".") mail += line + "\n";
          else {
            mails.push(mail);
            mail = undefined;
            socket.write("250 taken\r\n");
          }
        } else if (/^DATA/i.test(line)) {
          mail = "";
          socket.write("354 go on\r\n");
        } else if (/^QUIT/i.test(line)) socket.end("221 bye\r\n");
        else socket.write("250 ok\r\n");
      }
    });
    socket.write("220 test\r\n");
  });
}

// A real Alertmanager with the configuration that operators get, which tells a Slack and a mail server of the test's own.
export class Alertmanager {
  readonly slack: string[] = []; // each message as it was posted
  readonly mails: string[] = []; // each with its headers
  port = 0;
  private readonly folder = makeFolder();
  private readonly slackServer: HttpServer;
  private readonly mailServer: TcpServer;
  private process!: Child;

  private constructor() {
    this.slackServer = createHttpServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.slack.push(Buffer.concat(chunks).toString("utf8"));
        response.end("ok");
      });
    });
    this.mailServer = mailServer(this.mails);
  }

  static async start(): Promise<Alertmanager> {
    const alertmanager = new Alertmanager();
    try {
      await alertmanager.start();
    } catch (error) {
      await alertmanager.stop();
      throw error;
    }
    return alertmanager;
  }

  async stop(): Promise<void> {
    if (this.process?.running) await this.process.stop();
    this.slackServer.closeAllConnections();
    for (const server of [this.slackServer, this.mailServer]) server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async start(): Promise<void> {
    for (const server of [this.slackServer, this.mailServer]) {
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    }
    this.port = await freePort();
    const secrets = join(this.folder, "secrets");
    mkdirSync(secrets);
    writeFileSync(join(secrets, "slack_webhook"), `http://127.0.0.1:${portOf(this.slackServer)}/hook`);
    writeFileSync(join(secrets, "smtp_password"), "not asked for");
    // Places and times are the test's; routes, receivers and inhibitions are the operators'.
    const configuration = readFileSync(join(projectRoot, "deploy/alertmanager/alertmanager.yml"), "utf8")
      .replaceAll("/etc/alertmanager/secrets", secrets)
      .replace(/smtp_smarthost: \S+/, `smtp_require_tls: false\n  smtp_smarthost: 127.0.0.1:${portOf(this.mailServer)}`)
      .replace(/(group_wait|group_interval): \w+/g, "$1: 1s");
    writeFileSync(join(this.folder, "alertmanager.yml"), configuration);
    this.process = new Child("prometheus-alertmanager", [
      `--config.file=${join(this.folder, "alertmanager.yml")}`,
      `--storage.path=${join(this.folder, "data")}`,
      `--web.listen-address=127.0.0.1:${this.port}`,
      "--cluster.listen-address=",
      "--log.level=warn",
    ]);
    await until("Alertmanager is ready", 30, () => {
      if (!this.process.running) throw new Error(this.process.lines.join("\n"));
      return ask(this.port, "/-/ready").then(
        ({ status }) => status === 200,
        () => false,
      );
    });
  }
}
