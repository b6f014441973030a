import { execFileSync } from "node:child_process";
import { chownSync } from "node:fs";

// PostgreSQL and PgBouncer refuse to run as root, so what is theirs belongs to this user of Debian's packages.
export const serverUser = "postgres";

export function giveToServerUser(...paths: string[]): void {
  if (process.getuid!() !== 0) return;
  const [uid, gid] = ["-u", "-g"].map((which) => Number(execFileSync("id", [which, serverUser], { encoding: "utf8" })));
  for (const path of paths) chownSync(path, uid!, gid!);
}
