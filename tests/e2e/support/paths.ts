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
export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.on("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}
