import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Gatehouse } from "./gatehouse.js";
import { until } from "./until.js";

export interface Letter {
  to: string;
  subject: string;
  text: string; // of the part text/plain
  source: string; // the whole file
  link: URL; // the first
  token: string; // of the link's fragment; empty when it has none
  code: string; // empty when there is none
}

// The letters that a Gatehouse without a mail server has written into its data folder; of several nodes, into theirs:
// whichever takes the job writes the letter.
export class Mailbox {
  private readonly folders: string[];
  private readonly seen = new Set<string>();

  constructor(...nodes: Gatehouse[]) {
    this.folders = nodes.map((node) => join(node.data, "mail"));
  }

  // All that came since the last call, the oldest of a node first.
  take(): Letter[] {
    const files = this.files().filter((file) => !this.seen.has(file));
    for (const file of files) this.seen.add(file);
    return files.map((file) => parse(readFileSync(file, "utf8")));
  }

  // The next letter to an address, which take() then leaves out; waits for it.
  async next(to: string): Promise<Letter> {
    let found: Letter | undefined;
    await until(`a letter to ${to}`, 30, () => {
      for (const file of this.files().filter((each) => !this.seen.has(each))) {
        const letter = parse(readFileSync(file, "utf8"));
        if (letter.to !== to) continue;
        this.seen.add(file);
        found = letter;
        return true;
      }
      return false;
    });
    return found!;
  }

  // Until every letter that was asked for so far is written: nothing comes any more. Of one node with SQLite.
  async complete(): Promise<void> {
    const database = join(this.folders[0]!, "..", "gatehouse.db");
    const query = "SELECT count(*) FROM job WHERE queue IN ('recovery', 'mail') AND state = 'waiting'";
    await until("no letter waits", 30, () => {
      return execFileSync("sqlite3", ["-cmd", ".timeout 10000", database, query], { encoding: "utf8" }).trim() === "0";
    });
  }

  files(): string[] {
    return this.folders.filter(existsSync).flatMap((folder) => {
      const letters = readdirSync(folder).filter((name) => name.endsWith(".eml"));
      return letters.sort().map((name) => join(folder, name));
    });
  }
}

function parse(source: string): Letter {
  const header = (name: string): string => new RegExp(`^${name}: (.*)$`, "im").exec(source)?.[1]?.trim() ?? "";
  const part = source.slice(source.search(/^Content-Type: text\/plain/im));
  const [head, body] = split(part);
  // By its whole name: a line that was broken softly may begin with two hyphens of a token.
  const boundary = /boundary="([^"]+)"/.exec(source)?.[1];
  const end = boundary === undefined ? -1 : body.indexOf(`\r\n--${boundary}`);
  const raw = end < 0 ? body : body.slice(0, end);
  const text = /quoted-printable/i.test(head) ? fromQuotedPrintable(raw) : raw.replaceAll("\r\n", "\n");
  const link = new URL(/https?:\/\/\S+/.exec(text)?.[0] ?? "http://none.invalid/");
  return {
    to: header("To").replace(/^.*<|>$/g, ""),
    subject: header("Subject"),
    text,
    source,
    link,
    token: new URLSearchParams(link.hash.slice(1)).get("token") ?? "",
    code: /\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec(text)?.[0] ?? "",
  };
}

function split(part: string): [string, string] {
  const at = part.indexOf("\r\n\r\n");
  return [part.slice(0, at), part.slice(at + 4)];
}

function fromQuotedPrintable(text: string): string {
  const bytes = text.replace(/=\r\n/g, "").replaceAll("\r\n", "\n");
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === "=") {
      out.push(parseInt(bytes.slice(i + 1, i + 3), 16));
      i += 2;
    } else {
      out.push(bytes.charCodeAt(i));
    }
  }
  return Buffer.from(out).toString("utf8");
}
