import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Child } from "./child.js";
import { ask } from "./http.js";
import { freePort, makeFolder, projectRoot } from "./paths.js";
import { until } from "./until.js";

export interface Sample {
  metric: Record<string, string>;
  value: number;
}

// A real Prometheus with the configuration and the rules that operators get, at a test's pace: everything each second.
export class Prometheus {
  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly process: Child,
  ) {}

  // `alertmanagerPort`: whom it tells; then an alert waits for seconds, not for minutes.
  static async start(adminPorts: number[], alertmanagerPort?: number): Promise<Prometheus> {
    const folder = makeFolder();
    const port = await freePort();
    const shipped = join(projectRoot, "deploy/prometheus");
    cpSync(join(shipped, "rules"), join(folder, "rules"), { recursive: true });
    for (const name of readdirSync(join(folder, "rules"))) {
      const rules = readFileSync(join(folder, "rules", name), "utf8");
      const hurried = rules.replace(/^( +interval:) .*$/gm, "$1 1s");
      const text = alertmanagerPort === undefined ? hurried : hurried.replace(/^( +for:) .*$/gm, "$1 5s");
      writeFileSync(join(folder, "rules", name), text);
    }
    const targets = adminPorts.map((admin) => `"127.0.0.1:${admin}"`).join(", ");
    const configuration = readFileSync(join(shipped, "prometheus.yml"), "utf8")
      .replace(/_interval: 15s/g, "_interval: 1s")
      .replace('["127.0.0.1:9464"]', `[${targets}]`)
      .replace('"127.0.0.1:9090"', `"127.0.0.1:${port}"`)
      .replace("127.0.0.1:9093", `127.0.0.1:${alertmanagerPort ?? 9}`);
    writeFileSync(join(folder, "prometheus.yml"), configuration);
    const process = new Child("prometheus", [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ]);
    const prometheus = new Prometheus(folder, port, process);
    try {
      await until("Prometheus is ready", 30, () => prometheus.isReady());
    } catch (error) {
      await prometheus.stop();
      throw error;
    }
    return prometheus;
  }

  // What a query answers; throws when it can't be read.
  async query(text: string): Promise<Sample[]> {
    const answer = await ask(this.port, `/api/v1/query?query=${encodeURIComponent(text)}`);
    if (answer.status !== 200) throw new Error(`${text}: ${answer.body}`);
    const { result } = answer.json.data as { result: { metric: Record<string, string>; value: [number, string] }[] };
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  // Waits until a query answers something.
  async answer(text: string): Promise<Sample[]> {
    let samples: Sample[] = [];
    await until(`an answer to ${text}`, 30, async () => (samples = await this.query(text)).length > 0);
    return samples;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async isReady(): Promise<boolean> {
    if (!this.process.running) throw new Error(this.process.lines.join("\n"));
    return ask(this.port, "/-/ready").then(
      ({ status }) => status === 200,
      () => false,
    );
  }
}
