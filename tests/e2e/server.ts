import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { type EventEmitter, once } from "node:events";
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { until } from "./until.ts";

export const root = resolve(import.meta.dirname, "../..");

/** Where a machine asks, and its bearer token. */
export interface Access {
  readonly url: string;
  readonly token: string;
}

export interface Links {
  readonly base: string;
  readonly ca: string;
  readonly meeting: number;
  readonly office: string;
  readonly console: string;
  readonly commands: Access;
  readonly whep: Access;
  readonly accounts: readonly { role: string; user: string; password: string }[];
  readonly halls: readonly { site: string; number: number; url: string; whip: Access }[];
}

/** Free for TCP and UDP, and below the ports that the kernel gives to outgoing connections: nobody takes it meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 10_000);
    if (
      (await isFree(createServer(), (tcp) => tcp.listen(port, "127.0.0.1"))) &&
      (await isFree(createSocket("udp4"), (udp) => udp.bind(port, "127.0.0.1")))
    )
      return port;
  }
}

async function isFree<T extends EventEmitter & { close(): unknown }>(
  probe: T,
  listen: (probe: T) => unknown,
): Promise<boolean> {
  const listening = once(probe, "listening").then(
    () => true,
    () => false,
  );
  listen(probe);
  if (!(await listening)) return false;
  const closed = once(probe, "close");
  probe.close();
  await closed;
  return true;
}

/** The real program with a demo data folder of its own. */
export class Server {
  readonly folder = mkdtempSync(join(tmpdir(), "diemcau-e2e-"));
  readonly data = join(this.folder, "data");
  private process: ChildProcess | undefined;
  private links_: Links | undefined;

  private constructor(
    readonly port: number,
    readonly mediaPort: number,
    private readonly options: readonly string[] = [],
  ) {}

  /** `prepare` gets the data folder before the first launch; `options` are of the demonstration. */
  static async start(
    prepare: (data: string) => void = () => undefined,
    options: readonly string[] = [],
  ): Promise<Server> {
    const server = new Server(await freePort(), await freePort(), options);
    mkdirSync(server.data);
    prepare(server.data);
    await server.launch();
    return server;
  }

  get links(): Links {
    if (!this.links_) throw new Error("the server has not started");
    return this.links_;
  }
  get pid(): number {
    return this.process?.pid ?? 0;
  }

  account(role: string): { user: string; password: string } {
    const account = this.links.accounts.find((one) => one.role === role);
    if (!account) throw new Error(`no account for ${role}`);
    return account;
  }
  hall(site: string): string {
    return this.linksOf(site).url;
  }
  whip(site: string): Access {
    return this.linksOf(site).whip;
  }
  /** The id of a hall. */
  async site(site: string): Promise<number> {
    const token = this.hall(site).split("/").at(-1);
    return (JSON.parse((await this.fetch(`/api/hall/${token}`)).body) as { site: number }).site;
  }
  /** As a control desk gives it. */
  async command(body: object): Promise<void> {
    const { url, token } = this.links.commands;
    const answer = await this.ask("POST", url, token, "application/json", JSON.stringify(body));
    if (answer.status !== 204) throw new Error(`${JSON.stringify(body)}: ${answer.status} ${answer.body}`);
  }
  private linksOf(site: string): Links["halls"][number] {
    const hall = this.links.halls.find((one) => one.site === site);
    if (!hall) throw new Error(`no hall ${site}: ${this.links.halls.map((one) => one.site).join(", ")}`);
    return hall;
  }
  log(): string {
    const file = join(this.folder, "log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  async launch(): Promise<void> {
    const links = join(this.folder, "links.json");
    rmSync(links, { force: true });
    await this.spawn(["demo", ...this.options, "--links", links], () =>
      existsSync(links) ? (this.links_ = JSON.parse(readFileSync(links, "utf8"))) : undefined,
    );
  }

  /** Without the demonstration: an empty data folder, and the link that makes the first administrator. */
  static async startEmpty(): Promise<{ server: Server; setUp: string }> {
    const server = new Server(await freePort(), await freePort());
    const setUp = await server.spawn([], () => /https:\S+\/setup\/\S+/.exec(server.log())?.[0]);
    return { server, setUp };
  }

  private async spawn<T>(more: readonly string[], ready: () => T | undefined): Promise<T> {
    const command = join(root, "build/diemcau");
    const rest = [
      ...more,
      "--data",
      this.data,
      "--web",
      join(root, "web/dist"),
      "--port",
      String(this.port),
      "--media-port",
      String(this.mediaPort),
    ];
    this.process = spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"] });
    const log = createWriteStream(join(this.folder, "log"), { flags: "a" });
    this.process.stdout?.pipe(log, { end: false });
    this.process.stderr?.pipe(log, { end: false });
    const started = this.process;
    return await until(`the server's links (${this.folder}/log)`, () => {
      if (started.exitCode !== null)
        throw new Error(`the server ended with ${started.exitCode}: ${this.log().slice(-2000)}`);
      return ready();
    });
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    const ended = this.process;
    if (!ended || ended.exitCode !== null) return;
    const over = once(ended, "exit");
    ended.kill("SIGKILL");
    await over;
  }

  /** As Ctrl-C does; answers the exit code. */
  async stop(): Promise<number> {
    const ended = this.process;
    if (!ended || ended.exitCode !== null) return ended?.exitCode ?? -1;
    const over = once(ended, "exit");
    ended.kill("SIGTERM");
    const late = setTimeout(() => ended.kill("SIGABRT"), 15_000);
    const [code, signal] = await over;
    clearTimeout(late);
    if (signal) throw new Error(`the server did not end within 15 s of SIGTERM: ${this.log().slice(-1000)}`);
    return code ?? -1;
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A request with a bearer token; `url` is whole, as in the links. */
  ask(
    method: string,
    url: string,
    token: string,
    type: string,
    body = "",
    headers: Record<string, string> = {},
  ) {
    return this.fetch(new URL(url).pathname, {
      method,
      body,
      headers: { authorization: `Bearer ${token}`, "content-type": type, "content-length": "0", ...headers },
    });
  }

  /** A plain request with the server's own CA trusted: what a script would do. */
  fetch(
    path: string,
    options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
  ) {
    return new Promise<{
      status: number;
      headers: Record<string, string | string[] | undefined>;
      body: string;
    }>((done, fail) => {
      const sent = request(
        `${this.links.base}${path}`,
        {
          method: options.method ?? "GET",
          headers: {
            ...options.headers,
            ...(options.body ? { "content-length": String(Buffer.byteLength(options.body)) } : {}),
          },
          ca: readFileSync(this.links.ca),
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on("data", (part) => parts.push(part));
          answer.on("end", () =>
            done({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: Buffer.concat(parts).toString(),
            }),
          );
        },
      );
      sent.on("error", fail);
      sent.end(options.body);
    });
  }
}
