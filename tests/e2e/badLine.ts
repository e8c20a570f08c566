import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { ip, Network } from "./namespace.ts";
import { root } from "./server.ts";

/** Joined by a line that can be made bad while it is used: see ../line/README.md. `down` is towards the hall. */
export class BadLine extends Network {
  private readonly process: ChildProcess;
  private readonly answers: Interface;

  private constructor() {
    super();
    const program = join(root, "build/tests/line/bad_line");
    this.process = spawn(program, [this.device, `${this.device}h`], { stdio: ["pipe", "pipe", "inherit"] });
    this.answers = createInterface({ input: this.process.stdout as NodeJS.ReadableStream });
  }

  static async open(): Promise<BadLine> {
    const line = new BadLine();
    try {
      await line.answer();
      line.lay();
      return line;
    } catch (error) {
      await line.close();
      throw error;
    }
  }

  private lay(): void {
    ip("link", "set", `${this.device}h`, "netns", this.name, "name", "line");
    ip("addr", "add", `${this.serverAddress}/29`, "dev", this.device);
    ip("link", "set", this.device, "up");
    ip("-n", this.name, "addr", "add", `${this.hallAddress}/29`, "dev", "line");
    ip("-n", this.name, "link", "set", "line", "up");
  }

  private async answer(): Promise<string> {
    const ended = once(this.process, "exit").then(([code]) => {
      throw new Error(`bad_line ended with ${code}`);
    });
    return String((await Promise.race([once(this.answers, "line"), ended]))[0]);
  }

  /** One command at a time; answers what the line answers. */
  async tell(command: string): Promise<string> {
    const answer = this.answer();
    this.process.stdin?.write(`${command}\n`);
    const text = await answer;
    if (text.startsWith("error")) throw new Error(`${command}: ${text}`);
    return text;
  }

  /** What became of the packets of one direction so far. */
  async count(direction: "down" | "up"): Promise<Record<string, number>> {
    const words = (await this.tell("count")).split(" ");
    const from = words.indexOf(direction) + 1;
    return Object.fromEntries(
      [0, 2, 4, 6].map((at) => [words[from + at] ?? "", Number(words[from + at + 1])]),
    );
  }

  /** The hall gets another address, as from another router; the old one is gone. */
  changeAddress(): void {
    // The old one first: another of the same network would go with it.
    ip("-n", this.name, "addr", "del", `${this.hallAddress}/29`, "dev", "line");
    this.hall = this.hall === 2 ? 3 : 2;
    ip("-n", this.name, "addr", "add", `${this.hallAddress}/29`, "dev", "line");
  }

  override async close(): Promise<void> {
    if (this.process.exitCode === null) {
      const over = once(this.process, "exit");
      this.process.stdin?.end();
      await over;
    }
    super.close();
  }
}
