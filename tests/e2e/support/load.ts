import { Agent } from "node:http";
import { ask, bearer, type Answer, type Ask } from "./http.js";
import { freshName, password, type SignedIn } from "./people.js";

// People who go on using the application at a steady pace while something is done to it, and whatever they met that was
// not as on a good day.
export class Load {
  readonly failures: string[] = [];
  readonly done: Record<string, number> = {};
  private running = true;
  private readonly people: Promise<void>[];

  constructor(
    private readonly port: number,
    count: number,
    private readonly pauseMilliseconds = 25,
  ) {
    this.people = Array.from({ length: count }, (_, n) => this.person(n));
  }

  get total(): number {
    return Object.values(this.done).reduce((sum, count) => sum + count, 0);
  }

  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.people);
  }

  // Each from an address of its own, as nginx limits what one address may ask; with kept connections, as browsers do.
  private async person(n: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, localAddress: `127.0.1.${n + 1}` });
    const call = async (what: string, wanted: number, path: string, options: Ask): Promise<Answer | undefined> => {
      await new Promise((done) => setTimeout(done, this.pauseMilliseconds));
      const answer = await ask(this.port, path, { ...options, agent }).catch((error: Error) => error);
      const status = answer instanceof Error ? answer.message : answer.status;
      this.done[what] = (this.done[what] ?? 0) + 1;
      if (status === wanted) return answer as Answer;
      this.failures.push(`${what}: ${status}${answer instanceof Error ? "" : " " + answer.body.slice(0, 200)}`);
      return undefined;
    };
    while (this.running) await this.visit(call);
    agent.destroy();
  }

  // Register, sign in, look around and refresh a few times, sign out.
  private async visit(call: (what: string, wanted: number, path: string, options: Ask) => Promise<Answer | undefined>) {
    const username = freshName();
    await call("registration", 201, "/v1/register", { body: { username, email: `${username}@example.org`, password } });
    const answer = await call("sign-in", 200, "/v1/login", { body: { username, password, refresh_in: "body" } });
    if (!answer) return;
    let tokens: Pick<SignedIn, "access" | "refresh"> = { access: answer.json.access_token, refresh: answer.json.refresh_token };
    for (let round = 0; round < 6 && this.running; round++) {
      for (let look = 0; look < 5; look++) await call("gate check", 200, "/page", { headers: bearer(tokens.access) });
      await call("profile", 200, "/v1/me", { headers: bearer(tokens.access) });
      const renewed = await call("refresh", 200, "/v1/refresh", { body: { refresh_token: tokens.refresh } });
      if (!renewed) return;
      tokens = { access: renewed.json.access_token, refresh: renewed.json.refresh_token };
    }
    await call("logout", 204, "/v1/logout", { body: { refresh_token: tokens.refresh } });
  }
}
