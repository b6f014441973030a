// What deploy/ ships passes the program's own check, once the secrets are where it says.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { binary, environment, makeFolder, projectRoot } from "./support/paths.js";

const secrets: Record<string, string> = {
  "master.key": randomBytes(32).toString("hex"),
  "database.url": "postgresql://gatehouse:secret@10.0.0.20:5432,10.0.0.21:5432/gatehouse?target_session_attrs=read-write",
  "replica.url": "postgresql://gatehouse:secret@10.0.0.21:5432/gatehouse",
  "redis.url": "redis://:secret@10.0.0.30:6379",
  "cluster.secret": randomBytes(32).toString("hex"),
};

for (const name of ["identity", "gate"]) {
  test(`deploy/scale/${name}.toml is a configuration`, () => {
    const folder = makeFolder();
    try {
      for (const [file, value] of Object.entries(secrets)) writeFileSync(join(folder, file), value + "\n", { mode: 0o600 });
      const shipped = readFileSync(join(projectRoot, "deploy/scale", `${name}.toml`), "utf8");
      // The lines that are switched off, too.
      const text = shipped.replaceAll("/etc/gatehouse", folder).replace(/^#:/gm, "");
      const file = join(folder, "gatehouse.toml");
      writeFileSync(file, text);
      const result = spawnSync(binary, ["config", "check", "--config", file], { encoding: "utf8", env: environment });
      assert.equal(result.status, 0, result.stdout + result.stderr);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
