import { type ChildProcess, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { BadLine } from "./badLine.ts";
import { until } from "./until.ts";

const port = 7000;
/** Lives at the far end: sends back what comes by UDP, and takes TCP connections. */
const echo = `
const socket = require("dgram").createSocket("udp4");
socket.on("message", (data, from) => socket.send(data, from.port, from.address));
socket.bind(${port}, () => require("net").createServer((one) => one.end()).listen(${port}, () => console.log("ready")));`;

let line: BadLine;
let far: ChildProcess;
let near: Socket;
let arrivals: { number: number; late: number }[] = [];
const sent = new Map<number, number>();
let count = 0;

/** So many packets of `size` bytes, one every `spacing` ms. */
async function send(packets: number, spacing = 5, size = 100): Promise<void> {
  const since = performance.now();
  for (let i = 0; i < packets; ++i) {
    await until("its turn", () => performance.now() - since >= i * spacing, 5000, 2);
    const packet = Buffer.alloc(size);
    packet.writeUInt32BE(++count);
    sent.set(count, performance.now());
    near.send(packet, port, line.hallAddress);
  }
}
const total = (fates: Record<string, number>) => Object.values(fates).reduce((a, b) => a + b, 0);

beforeAll(async () => {
  line = await BadLine.open();
  far = spawn("ip", ["netns", "exec", line.name, process.execPath, "-e", echo], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(createInterface({ input: far.stdout as NodeJS.ReadableStream }), "line");
  near = createSocket("udp4");
  near.on("message", (data) => {
    const number = data.readUInt32BE();
    arrivals.push({ number, late: performance.now() - (sent.get(number) ?? 0) });
  });
});

afterAll(async () => {
  near?.close();
  far?.kill();
  await line?.close();
});

beforeEach(async () => {
  await line.tell("both clear");
  arrivals = [];
});

test("a packet takes the delay of both directions", async () => {
  await line.tell("down delay 40");
  await line.tell("up delay 60");
  await send(20);
  await until("all back", () => arrivals.length === 20);
  for (const { late } of arrivals) expect(late).toBeGreaterThan(99);
  expect(Math.min(...arrivals.map(({ late }) => late))).toBeLessThan(130);
});

test("loss takes its part of one direction and nothing of the other", async () => {
  const before = { down: await line.count("down"), up: await line.count("up") };
  await line.tell("down loss 30");
  await send(300, 1);
  const down = await until("all on their way", async () => {
    const now = await line.count("down");
    return total(now) - total(before.down) >= 300 && now;
  });
  const lost = (down.lost ?? 0) - (before.down.lost ?? 0);
  expect(lost).toBeGreaterThan(45);
  expect(lost).toBeLessThan(135);
  await until("the rest back", () => arrivals.length >= 300 - lost);
  expect((await line.count("up")).lost).toBe(before.up.lost);
});

test("jitter keeps the order", async () => {
  await line.tell("down jitter 50");
  await send(100, 2);
  await until("all back", () => arrivals.length === 100);
  const numbers = arrivals.map(({ number }) => number);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(Math.max(...arrivals.map(({ late }) => late))).toBeGreaterThan(25);
});

test("a bottleneck sends at its rate and drops what would wait too long", async () => {
  await line.tell("down rate 400 queue 200");
  const before = (await line.count("down")).overflowed ?? 0;
  // 1,000 bytes take 20 ms: half of what comes at twice the rate is dropped, once the queue is full.
  await send(80, 10, 972);
  const overflowed = await until("each to be back or dropped", async () => {
    const dropped = ((await line.count("down")).overflowed ?? 0) - before;
    return arrivals.length + dropped >= 80 && dropped;
  });
  expect(overflowed).toBeGreaterThan(20);
  expect(overflowed).toBeLessThan(40);
  expect(Math.max(...arrivals.map(({ late }) => late))).toBeGreaterThan(190);
});

test("nothing gets through while the line is cut, and all after", async () => {
  await line.tell("both cut on");
  const before = await line.count("down");
  await send(10);
  await until("all refused", async () => (await line.count("down")).refused === (before.refused ?? 0) + 10);
  await line.tell("both cut off");
  const first = count + 1;
  await send(10);
  await until("all back", () => arrivals.length === 10);
  expect(arrivals[0]?.number).toBe(first);
});

test("a firewall lets TCP through and no UDP", async () => {
  await line.tell("both udp off");
  const before = (await line.count("down")).refused ?? 0;
  await send(10);
  const socket = connect(port, line.hallAddress);
  await once(socket, "connect");
  socket.destroy();
  expect((await line.count("down")).refused).toBe(before + 10);
  expect(arrivals).toEqual([]);
});

test("the far end can change its address", async () => {
  const old = line.hallAddress;
  line.changeAddress();
  expect(line.hallAddress).not.toBe(old);
  await send(10);
  await until("all back", () => arrivals.length === 10);
});

test("a command that makes no sense is refused in words", async () => {
  await expect(line.tell("down fog 3")).rejects.toThrow("there is no impairment called fog");
});
