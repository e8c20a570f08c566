import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ip = (...words: string[]): string => execFileSync("ip", words, { encoding: "utf8" });

/** A hall's own network: a namespace with one cable (a veth pair) to the machine that the server runs on. Needs root. */
export class Namespace {
  private static count = 0;
  readonly name = `dc${process.pid}-${++Namespace.count}`;
  private readonly outer = `dcv${process.pid % 10_000}-${Namespace.count}`;
  readonly serverAddress = `10.213.${Namespace.count}.1`;
  private readonly address = `10.213.${Namespace.count}.2`;

  constructor() {
    ip("netns", "add", this.name);
    try {
      this.lay();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  private lay(): void {
    ip("link", "add", this.outer, "type", "veth", "peer", "name", "eth0", "netns", this.name);
    ip("addr", "add", `${this.serverAddress}/24`, "dev", this.outer);
    ip("link", "set", this.outer, "up");
    ip("-n", this.name, "addr", "add", `${this.address}/24`, "dev", "eth0");
    ip("-n", this.name, "link", "set", "eth0", "up");
    ip("-n", this.name, "link", "set", "lo", "up");
  }

  /** A Chromium that lives in this network. */
  chromium(): string {
    const file = join(mkdtempSync(join(tmpdir(), "diemcau-netns-")), "chromium");
    writeFileSync(file, `#!/bin/sh\nexec ip netns exec ${this.name} /usr/bin/chromium "$@"\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** Pulls the cable out. The far end goes down: the near end, and the server's sockets, keep their address. */
  cut(): void {
    ip("-n", this.name, "link", "set", "eth0", "down");
  }
  restore(): void {
    ip("-n", this.name, "link", "set", "eth0", "up");
  }

  close(): void {
    ip("netns", "del", this.name);
  }
}
