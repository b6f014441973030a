import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { environment } from "./paths.js";
import { signalTree } from "./process_tree.js";

export interface ChildOptions {
  variables?: NodeJS.ProcessEnv;
  user?: string; // runs as this one where we are root: PostgreSQL and PgBouncer refuse to be root
  orphaned?: NodeJS.Signals; // what it gets when this process dies, however it dies; default SIGKILL
}

// A program that a test started: its output line by line, and its end by pid.
export class Child {
  readonly lines: string[] = [];
  readonly exited: Promise<number | NodeJS.Signals>;
  private readonly process: ChildProcess;
  private waiters: (() => void)[] = [];
  private ended = false;

  constructor(command: string, args: string[], options: ChildOptions = {}) {
    const identity =
      options.user !== undefined && process.getuid!() === 0
        ? [`--reuid=${options.user}`, `--regid=${options.user}`, "--init-groups"]
        : [];
    const orphaned = (options.orphaned ?? "SIGKILL").slice("SIG".length);
    this.process = spawn("setpriv", [...identity, "--pdeathsig", orphaned, "--", command, ...args], {
      env: options.variables ?? environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
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
    this.thaw();
    this.signal(name);
    const stubborn = setTimeout(() => this.signal("SIGKILL"), 20_000);
    try {
      return await this.exited;
    } finally {
      clearTimeout(stubborn);
    }
  }

  // As when its machine dies: nothing of it, none of its own children, does anything any more.
  async kill(): Promise<void> {
    if (!this.ended) signalTree(this.pid, "SIGSTOP");
    if (!this.ended) signalTree(this.pid, "SIGKILL");
    await this.exited;
  }
  // As when its machine hangs: sockets stay open, and nobody answers on them.
  freeze(): void {
    signalTree(this.pid, "SIGSTOP");
  }
  thaw(): void {
    if (!this.ended) signalTree(this.pid, "SIGCONT");
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
