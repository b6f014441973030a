import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Gatehouse } from "./gatehouse.js";

const quarter = 15 * 60 * 1000; // ms

// A day and a week with people in them, for pictures of the overview: written around the program, which counts its own.
export function fillActivity(gatehouse: Gatehouse): void {
  const now = Math.floor(Date.now() / quarter) * quarter;
  const rows = Array.from({ length: 7 * 96 }, (_, i) => {
    const wave = 1 + Math.sin((i / 96) * 2 * Math.PI);
    const ripple = 1 + (i * 7919) % 5;
    const [good, bad, blocked] = [40 * wave + 3 * ripple, ripple, i % 37 === 0 ? 2 : 0].map(Math.round);
    const latency = [0, 0, 60 * wave + 9, 25, 12, 6, ripple, 1, 0, 0, 0, 0, 0, 0, 0].map(Math.round).join(" ");
    return `(randomblob(16), ${now - (i + 1) * quarter}, ${good}, ${bad}, ${blocked}, '${latency}')`;
  });
  const sql = `PRAGMA busy_timeout = 10000; INSERT INTO activity (id, slot_at, signed_in, failed, blocked, latency) VALUES ${rows.join(",")};`;
  execFileSync("sqlite3", [join(gatehouse.data, "gatehouse.db"), sql]);
}
