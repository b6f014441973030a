import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
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

  // To the last byte, whatever its server writes meanwhile.
  fill(): void {
    asRoot("sh", "-c", 'cat /dev/zero >"$1" 2>/dev/null; true', "fill", this.ballast);
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
