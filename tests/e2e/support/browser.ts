import { existsSync, rmSync } from "node:fs";
import { chromium, type BrowserContext, type BrowserContextOptions, type CDPSession, type Page } from "playwright-core";
import { makeFolder } from "./paths.js";

const executable = "/usr/bin/chromium";

// Chromium, headless, with a profile of its own and nobody to talk to but the host under test: whatever else a page
// asks for is refused and remembered.
export class Browser {
  readonly strangers: string[] = [];
  readonly complaints: string[] = []; // what pages wrote to the console as an error, policy violations included

  private constructor(
    private readonly folder: string,
    readonly context: BrowserContext,
    private readonly site: string,
  ) {}

  static async start(site: string, options: BrowserContextOptions = {}): Promise<Browser> {
    if (!existsSync(executable)) throw new Error(`${executable} is not installed (tools/packages.txt)`);
    const folder = makeFolder();
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: executable,
      headless: true,
      locale: "en-GB",
      viewport: { width: 1280, height: 860 },
      ...options,
      args: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP localhost 127.0.0.1, MAP * ~NOTFOUND",
      ],
    });
    const browser = new Browser(folder, context, site);
    context.setDefaultTimeout(20_000);
    context.on("request", (request) => {
      if (!request.url().startsWith(site) && !request.url().startsWith("data:") && !request.url().startsWith("blob:")) browser.strangers.push(request.url());
    });
    context.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) browser.complaints.push(message.text());
    });
    context.on("weberror", (error) => browser.complaints.push(String(error.error())));
    return browser;
  }

  async page(path?: string): Promise<Page> {
    const page = await this.context.newPage();
    if (path !== undefined) await page.goto(this.site + path);
    return page;
  }

  async stop(): Promise<void> {
    await this.context.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// An authenticator built into the browser (CDP WebAuthn), which answers at once and says that it knows its user.
export class Authenticator {
  private constructor(
    private readonly devtools: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  static async add(page: Page): Promise<Authenticator> {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    const options = {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", { options });
    return new Authenticator(devtools, authenticatorId);
  }

  // As a passkey that is synchronised to another device.
  async copyTo(other: Authenticator): Promise<void> {
    const { credentials } = await this.devtools.send("WebAuthn.getCredentials", { authenticatorId: this.authenticatorId });
    for (const credential of credentials) {
      await other.devtools.send("WebAuthn.addCredential", { authenticatorId: other.authenticatorId, credential });
    }
  }
}
