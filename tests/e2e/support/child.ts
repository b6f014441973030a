import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { environment } from "./paths.js";

// A program that a test started: its output line by line, and its end by pid.
export class Child {
  readonly lines: string[] = [];
  readonly exited: Promise<number | NodeJS.Signals>;
  private readonly process: ChildProcess;
  private waiters: (() => void)[] = [];
  private ended = false;

  constructor(command: string, args: string[], variables: NodeJS.ProcessEnv = environment) {
    this.process = spawn(command, args, { env: variables, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text: string) => {
        const parts = (rest + text).split("\n");
        rest = parts.pop()!;
        this.lines.push(...parts);
        this.wake();
      });
    }
    this.exited = new Promise((done, failed) => {
      this.process.on("error", failed);
      this.process.on("close", (code, signal) => {
        this.ended = true;
        this.wake();
        done(signal ?? code ?? -1);
      });
    });
    this.exited.catch(() => this.wake());
  }

  get pid(): number {
    return this.process.pid!;
  }
  get running(): boolean {
    return !this.ended;
  }

  // The first line for which `find` gives something, now or later. Throws when the program ends without it.
  async line<T>(find: (line: string) => T | undefined, seconds = 20): Promise<T> {
    const deadline = Date.now() + seconds * 1000;
    for (let next = 0; ; ) {
      for (; next < this.lines.length; next++) {
        const found = find(this.lines[next]!);
        if (found !== undefined) return found;
      }
      if (this.ended) throw new Error(`ended without the line waited for:\n${this.lines.slice(-20).join("\n")}`);
      if (Date.now() > deadline) throw new Error(`no such line in ${seconds} s:\n${this.lines.slice(-20).join("\n")}`);
      await this.change(deadline - Date.now());
    }
  }

  signal(name: NodeJS.Signals): void {
    if (!this.ended) this.process.kill(name);
  }

  async stop(name: NodeJS.Signals = "SIGTERM"): Promise<number | NodeJS.Signals> {
    this.signal(name);
    const stubborn = setTimeout(() => this.signal("SIGKILL"), 20_000);
    try {
      return await this.exited;
    } finally {
      clearTimeout(stubborn);
    }
  }

  residentKilobytes(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))?.[1]);
  }

  private change(milliseconds: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, Math.max(1, milliseconds));
      this.waiters.push(() => {
        clearTimeout(timer);
        done();
      });
    });
  }
  private wake(): void {
    const waiting = this.waiters;
    this.waiters = [];
    for (const waiter of waiting) waiter();
  }
}
