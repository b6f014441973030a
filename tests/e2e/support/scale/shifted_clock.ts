import { existsSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// A wall clock that can be set for one process while it runs. Its steady clock stays true, as it does when an operator
// or NTP steps a machine's time.
export class ShiftedClock {
  private readonly file: string;

  constructor(folder: string) {
    this.file = join(folder, "clock");
    this.set("+0");
  }

  // Of the process that is to live by this clock.
  get variables(): NodeJS.ProcessEnv {
    return {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_CACHE_DURATION: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      DONT_FAKE_MONOTONIC: "1",
    };
  }

  // "+1d", "-1d", "+0"; counts within a second.
  set(offset: string): void {
    writeFileSync(this.file + ".new", offset + "\n");
    renameSync(this.file + ".new", this.file);
  }
}

function library(): string {
  for (const machine of readdirSync("/usr/lib")) {
    const path = join("/usr/lib", machine, "faketime", "libfaketimeMT.so.1");
    if (existsSync(path)) return path;
  }
  throw new Error("libfaketime is not installed");
}
