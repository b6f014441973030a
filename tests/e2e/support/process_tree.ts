import { readdirSync, readFileSync } from "node:fs";

// A program and all that it started, parents first. PostgreSQL makes each of its processes a group of its own, so a
// group's signal does not reach them.
export function processTree(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [pid];
  for (let next = 0; next < tree.length; next++) tree.push(...(children.get(tree[next]!) ?? []));
  return tree;
}

// Stopping begins with the parent, so that it starts nobody behind our back; one more look finds whom it just started.
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  const reached = new Set<number>();
  for (let look = 0; look < 2; look++) {
    for (const member of processTree(pid)) {
      if (reached.has(member)) continue;
      reached.add(member);
      try {
        process.kill(member, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // gone by itself
      }
    }
  }
}

function parentOf(pid: string): number | undefined {
  try {
    // The second field, the program's name in parentheses, may hold anything.
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) \S /s, "").split(" ")[0]);
  } catch {
    return undefined; // gone meanwhile
  }
}
