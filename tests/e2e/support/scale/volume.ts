import { execFileSync } from "node:child_process";
import { rmSync, statfsSync } from "node:fs";
import { join } from "node:path";

// A small disk of its own for one server, so that filling it harms nobody else.
export class Volume {
  private readonly ballast: string;

  constructor(
    readonly folder: string,
    megabytes: number,
  ) {
    this.ballast = join(folder, "ballast");
    asRoot("mount", "-t", "tmpfs", "-o", `size=${megabytes}m,mode=0711`, "tmpfs", folder);
  }

  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    asRoot("fallocate", "-l", String(bavail * bsize), this.ballast);
  }
  clear(): void {
    if (process.getuid!() === 0) rmSync(this.ballast, { force: true });
    else asRoot("rm", "-f", this.ballast);
  }
  remove(): void {
    asRoot("umount", "--lazy", this.folder);
  }
}

function asRoot(command: string, ...args: string[]): void {
  if (process.getuid!() === 0) execFileSync(command, args);
  else execFileSync("sudo", ["-n", command, ...args]);
}
