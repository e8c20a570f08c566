import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Namespace } from "./namespace.ts";
import { nameOf } from "./recording.ts";
import { type Access, root, type Server } from "./server.ts";
import { until } from "./until.ts";

/** GStreamer's webrtcbin, connected by WHIP or WHEP: build/tests/webrtcbin_peer says what it tells. */
export class Webrtcbin {
  state = "";
  colour: ReturnType<typeof nameOf> = "dark";
  /** dB of the pitch that it listens for. */
  tone = -200;
  resource = "";
  private offer: string | undefined;
  private failed = "";

  private constructor(
    private readonly process: ChildProcess,
    private readonly server: Server,
    private readonly access: Access,
  ) {
    const lines: string[] = [];
    createInterface({ input: process.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      if (this.offer === undefined) {
        if (line === ".") this.offer = `${lines.join("\r\n")}\r\n`;
        else lines.push(line.trim());
      } else this.hear(line.split(" "));
    });
    process.stderr?.on("data", (text) => (this.failed += text));
  }

  private hear([what, ...values]: string[]): void {
    if (what === "state") this.state = values[0] ?? "";
    if (what === "picture") this.colour = nameOf(values.map(Number));
    if (what === "tone") this.tone = Number(values[0]);
  }

  /** In the network of its own: libnice knows no loopback address. */
  private static start(network: Namespace, words: readonly string[]): ChildProcess {
    return spawn("ip", ["netns", "exec", network.name, join(root, "build/tests/webrtcbin_peer"), ...words], {
      stdio: ["pipe", "pipe", "pipe"],
    });
  }
  static publish(
    server: Server,
    network: Namespace,
    access: Access,
    colour: string,
    pitch: number,
    codec: "VP8" | "H264" = "VP8",
  ): Promise<Webrtcbin> {
    return new Webrtcbin(
      Webrtcbin.start(network, ["publish", codec, colour, String(pitch)]),
      server,
      access,
    ).connect();
  }
  static watch(server: Server, network: Namespace, access: Access, pitch: number): Promise<Webrtcbin> {
    return new Webrtcbin(Webrtcbin.start(network, ["watch", String(pitch)]), server, access).connect();
  }

  private async connect(): Promise<Webrtcbin> {
    const offer = await until("webrtcbin's offer", () => {
      if (this.process.exitCode !== null) throw new Error(`webrtcbin_peer ended: ${this.failed}`);
      return this.offer;
    });
    const made = await this.server.ask("POST", this.access.url, this.access.token, "application/sdp", offer);
    if (made.status !== 201) throw new Error(`${made.status} ${made.body}`);
    this.resource = String(made.headers.location);
    this.process.stdin?.write(`${made.body}.\n`);
    await until(`webrtcbin to connect (${this.failed})`, () => this.state === "connected");
    return this;
  }

  /** The status that DELETE of its resource is answered with. */
  async delete(): Promise<number> {
    return (await this.server.ask("DELETE", this.resource, this.access.token, "")).status;
  }

  async close(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const over = once(this.process, "exit");
    this.process.stdin?.end();
    await over;
  }
}
