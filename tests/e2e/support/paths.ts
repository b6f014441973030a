import { randomInt } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

// This file runs as tests/e2e/dist/support/paths.js.
export const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../../../..");
export const binary = process.env["GATEHOUSE_BINARY"] ?? join(projectRoot, "build/release/gatehouse");

// What a child inherits: the caller's own GATEHOUSE_ variables would be settings, and unknown ones an error.
export const environment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("GATEHOUSE_")),
);

export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), "gatehouse-e2e-"));
}

// For programs that can't be told "any port": free a moment ago.
export async function freePort(): Promise<number> {
  const port = await listenOnce(0);
  if (port === undefined) throw new Error("no port is free");
  return port;
}

// For programs that come back on the same port: below those that the kernel gives to outgoing connections.
export async function lastingPort(): Promise<number> {
  for (let tries = 0; tries < 1000; tries++) {
    const port = randomInt(10_240, 32_768);
    if (!taken.has(port) && (await listenOnce(port)) === port) {
      taken.add(port);
      return port;
    }
  }
  throw new Error("no port is free");
}
const taken = new Set<number>();

function listenOnce(wanted: number): Promise<number | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.on("error", () => done(undefined));
    server.listen(wanted, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}
