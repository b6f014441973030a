import { Agent } from "node:http";
import { ask, bearer, type Answer, type Ask } from "./http.js";
import { freshName, newPerson, password, type SignedIn } from "./people.js";

const pauseMilliseconds = 25; // of each person between two requests
type Call = (what: string, wanted: number, path: string, options: Ask) => Promise<Answer | undefined>;

// People who go on using the application at a steady pace while something is done to it, and whatever they met that was
// not as on a good day. At most one of them is new at a time: password hashes are the meekest work of all, and on
// a busy machine many would be late by themselves.
export class Load {
  readonly failures: string[] = [];
  readonly done: Record<string, number> = {};
  private running = true;
  private people: Promise<void>[] = [];

  private constructor(private readonly port: number) {}

  // `port`: nginx. Members sign in one by one at the node itself, before any of it counts. `newcomer`: one more comes and
  // goes, and comes again as somebody else.
  static async start(port: number, nodePort: number, members: number, newcomer: boolean): Promise<Load> {
    const known: SignedIn[] = [];
    while (known.length < members) known.push(await newPerson(nodePort));
    const load = new Load(port);
    load.people = known.map((member, n) => load.person(n + 1, member));
    if (newcomer) load.people.push(load.person(0));
    return load;
  }

  get total(): number {
    return Object.values(this.done).reduce((sum, count) => sum + count, 0);
  }

  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.people);
  }

  // Each from an address of its own, as nginx limits what one address may ask; with kept connections, as browsers do.
  private async person(n: number, member?: SignedIn): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, localAddress: `127.0.1.${n + 1}` });
    const call: Call = async (what, wanted, path, options) => {
      await new Promise((done) => setTimeout(done, pauseMilliseconds));
      const answer = await ask(this.port, path, { ...options, agent }).catch((error: Error) => error);
      const status = answer instanceof Error ? answer.message : answer.status;
      this.done[what] = (this.done[what] ?? 0) + 1;
      if (status === wanted) return answer as Answer;
      this.failures.push(`${what}: ${status}${answer instanceof Error ? "" : " " + answer.body.slice(0, 200)}`);
      return undefined;
    };
    if (member) await this.stay(call, member);
    while (this.running && !member) await this.comeAndGo(call);
    agent.destroy();
  }

  private async comeAndGo(call: Call): Promise<void> {
    const username = freshName();
    await call("registration", 201, "/v1/register", { body: { username, email: `${username}@example.org`, password } });
    const answer = await call("sign-in", 200, "/v1/login", { body: { username, password, refresh_in: "body" } });
    if (answer) await call("logout", 204, "/v1/logout", { body: { refresh_token: answer.json.refresh_token } });
  }

  private async stay(call: Call, person: SignedIn): Promise<void> {
    let { access, refresh } = person;
    while (this.running) {
      for (let look = 0; look < 5; look++) await call("gate check", 200, "/page", { headers: bearer(access) });
      await call("profile", 200, "/v1/me", { headers: bearer(access) });
      const renewed = await call("refresh", 200, "/v1/refresh", { body: { refresh_token: refresh } });
      if (!renewed) return;
      ({ access_token: access, refresh_token: refresh } = renewed.json);
    }
    await call("logout", 204, "/v1/logout", { body: { refresh_token: refresh } });
  }
}
