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
  // Other runs on this machine have other networks.
  private readonly subnet = `10.${64 + (process.pid % 128)}.${Namespace.count}`;
  readonly serverAddress = `${this.subnet}.1`;
  private readonly subnet6 = `fd0c:${process.pid % 10_000}:${Namespace.count}:`;
  readonly serverAddress6 = `${this.subnet6}:1`;
  private address = `${this.subnet}.2`;

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
    // Where the machine itself does without IPv6, this cable has it all the same.
    writeFileSync(`/proc/sys/net/ipv6/conf/${this.outer}/disable_ipv6`, "0");
    // Without "nodad" an address of IPv6 cannot be used for a second.
    ip("addr", "add", `${this.serverAddress6}/64`, "dev", this.outer, "nodad");
    ip("-n", this.name, "addr", "add", `${this.subnet6}:2/64`, "dev", "eth0", "nodad");
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

  /** As when a machine goes from Wi-Fi to cable: another address, and the old one is gone. */
  changeAddress(): void {
    const next = `${this.subnet}.${Number(this.address.split(".")[3]) + 1}`;
    ip("-n", this.name, "addr", "add", `${next}/24`, "dev", "eth0");
    ip("-n", this.name, "addr", "del", `${this.address}/24`, "dev", "eth0");
    this.address = next;
  }
  /** Only IPv6 from now on. */
  dropIPv4(): void {
    ip("-n", this.name, "addr", "del", `${this.address}/24`, "dev", "eth0");
  }

  close(): void {
    ip("netns", "del", this.name);
  }
}
