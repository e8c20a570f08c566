import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromiumProgram } from "./browser.ts";

export const ip = (...words: string[]): string => execFileSync("ip", words, { encoding: "utf8" });

/** A hall's own network: a namespace in which programs can live, joined to the machine that the server runs on. Needs root. */
export abstract class Network {
  private static made = 0;
  private readonly number = ++Network.made;
  readonly name = `dc${process.pid}-${this.number}`;
  /** Of network devices: at most 15 characters. */
  protected readonly device = `dc${process.pid % 100_000}-${this.number}`;
  /** Its place among the eight addresses. */
  protected hall = 2;

  protected constructor() {
    ip("netns", "add", this.name);
    ip("-n", this.name, "link", "set", "lo", "up");
  }

  /** Eight addresses for each network, another 256 for each process: test runs may stand side by side. */
  protected address(host: number): string {
    return `10.${200 + ((process.pid >> 8) % 50)}.${process.pid % 256}.${8 * (this.number % 31) + host}`;
  }
  /** The same for IPv6. */
  protected address6(host: number): string {
    return `fd0c:${process.pid % 10_000}:${this.number}::${host}`;
  }
  get serverAddress6(): string {
    return this.address6(1);
  }
  get serverAddress(): string {
    return this.address(1);
  }
  get hallAddress(): string {
    return this.address(this.hall);
  }

  /** A Chromium that lives in this network. */
  chromium(): string {
    const file = join(mkdtempSync(join(tmpdir(), "diemcau-netns-")), "chromium");
    writeFileSync(file, `#!/bin/sh\nexec ip netns exec ${this.name} ${chromiumProgram} "$@"\n`);
    chmodSync(file, 0o755);
    return file;
  }

  close(): void | Promise<void> {
    ip("netns", "del", this.name);
  }
}

/** Joined by one cable (a veth pair). */
export class Namespace extends Network {
  constructor() {
    super();
    try {
      this.lay();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  private lay(): void {
    ip("link", "add", this.device, "type", "veth", "peer", "name", "eth0", "netns", this.name);
    ip("addr", "add", `${this.serverAddress}/29`, "dev", this.device);
    ip("link", "set", this.device, "up");
    // Where the machine itself does without IPv6, this cable has it all the same.
    writeFileSync(`/proc/sys/net/ipv6/conf/${this.device}/disable_ipv6`, "0");
    // Without "nodad" an address of IPv6 cannot be used for a second.
    ip("addr", "add", `${this.serverAddress6}/64`, "dev", this.device, "nodad");
    ip("-n", this.name, "addr", "add", `${this.address6(this.hall)}/64`, "dev", "eth0", "nodad");
    ip("-n", this.name, "addr", "add", `${this.hallAddress}/29`, "dev", "eth0");
    ip("-n", this.name, "link", "set", "eth0", "up");
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
    const before = this.hallAddress;
    this.hall += 1;
    ip("-n", this.name, "addr", "add", `${this.hallAddress}/29`, "dev", "eth0");
    ip("-n", this.name, "addr", "del", `${before}/29`, "dev", "eth0");
  }
  /** Only IPv6 leads anywhere from now on. An address of IPv4 that leads nowhere stays: without any Chromium 156 never ends gathering. */
  dropIPv4(): void {
    ip("-n", this.name, "addr", "del", `${this.hallAddress}/29`, "dev", "eth0");
    ip("-n", this.name, "addr", "add", "192.0.2.1/32", "dev", "eth0");
  }
}
