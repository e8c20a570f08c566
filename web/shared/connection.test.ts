import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Connection, RefusedError, type World } from "./connection";
import type { HallView, ServerMessage } from "./protocol";

/** A socket whose other end is the test. */
class FakeSocket {
  static readonly opened: FakeSocket[] = [];
  readonly sent: Record<string, unknown>[] = [];
  closed = false;
  bufferedAmount = 0;
  binaryType = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor() {
    FakeSocket.opened.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.closed = true;
  }
  says(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const whole = (revision = 1, name = "Sìn Hồ"): ServerMessage => ({
  type: "whole",
  revision,
  now: 1_000_000,
  media_alive: false,
  hall: { name, may: { join: true } } as unknown as HallView,
});

const reloads: string[] = [];
const world: World = {
  open: () => new FakeSocket() as unknown as WebSocket,
  reloadOnce: (hash) => {
    reloads.push(hash);
    return reloads.length === 1;
  },
};

function connect() {
  const connection = new Connection<HallView>(
    "ws://test",
    { device: "d", hall: "t" },
    (said) => said.hall,
    world,
  );
  connection.start();
  return connection;
}

const last = (): FakeSocket => {
  const socket = FakeSocket.opened.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
};

function open(): { connection: Connection<HallView>; socket: FakeSocket } {
  const connection = connect();
  last().onopen?.();
  last().says(whole());
  return { connection, socket: last() };
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.opened.length = 0;
  reloads.length = 0;
});
afterEach(() => vi.useRealTimers());

test("says hello first, with the hash that it was built with", () => {
  const { socket } = open();
  expect(socket.sent[0]).toMatchObject({ type: "hello", device: "d", hall: "t" });
  expect(String(socket.sent[0]?.["protocol"])).toMatch(/^[0-9a-f]{16}$/);
});

test("a command resolves when it is done and rejects with the reason when it is refused", async () => {
  const { connection, socket } = open();
  const raised = connection.give({ type: "raise_hand" });
  const left = connection.give({ type: "leave" });
  socket.says({ type: "done", id: socket.sent[1]?.["id"] });
  socket.says({ type: "refused", id: socket.sent[2]?.["id"], text_key: "session.not_open", detail: "" });
  await expect(raised).resolves.toBeUndefined();
  await expect(left).rejects.toMatchObject({ textKey: "session.not_open" });
});

test("an offer gives the answer that belongs to it", async () => {
  const { connection, socket } = open();
  const first = connection.offer("one");
  const second = connection.offer("two");
  socket.says({ type: "answer", id: socket.sent[2]?.["id"], sdp: "to two" });
  socket.says({ type: "answer", id: socket.sent[1]?.["id"], sdp: "to one" });
  await expect(Promise.all([first, second])).resolves.toEqual(["to one", "to two"]);
});

test("a line that is silent for four seconds is taken for dead, and what waited is refused", async () => {
  const { connection, socket } = open();
  const waiting = connection.give({ type: "raise_hand" }).catch((error: RefusedError) => error.textKey);
  await vi.advanceTimersByTimeAsync(3000);
  socket.says({ type: "tick", now: 1_003_000 });
  await vi.advanceTimersByTimeAsync(3400);
  expect(socket.closed).toBe(false);
  await vi.advanceTimersByTimeAsync(1200);
  expect(socket.closed).toBe(true);
  await expect(waiting).resolves.toBe("line.down");
  expect(FakeSocket.opened).toHaveLength(2);
});

test("an attempt that does not open within two seconds is given up; the next are one to two seconds apart", async () => {
  connect();
  await vi.advanceTimersByTimeAsync(2001);
  expect(FakeSocket.opened).toHaveLength(2); // the first retry is at once
  await vi.advanceTimersByTimeAsync(2000);
  expect(FakeSocket.opened).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(990);
  expect(FakeSocket.opened).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1020);
  expect(FakeSocket.opened).toHaveLength(3);
});

test("the view outlives the line and is replaced when the line is back", async () => {
  const { connection, socket } = open();
  socket.onclose?.();
  expect(connection.status().kind).toBe("waiting");
  expect(connection.store.get()?.name).toBe("Sìn Hồ");
  await vi.advanceTimersByTimeAsync(1);
  last().onopen?.();
  last().says(whole(40, "Tam Đường"));
  expect(connection.status().kind).toBe("open");
  expect(connection.store.get()?.name).toBe("Tam Đường");
});

test("a missed revision asks for the whole", () => {
  const { socket, connection } = open();
  socket.says({ type: "patch", revision: 2, operations: [{ op: "replace", path: "/name", value: "A" }] });
  expect(connection.store.get()?.name).toBe("A");
  socket.says({ type: "patch", revision: 4, operations: [{ op: "replace", path: "/name", value: "B" }] });
  expect(connection.store.get()?.name).toBe("A");
  expect(socket.sent.at(-1)).toEqual({ type: "ask_whole" });
});

test("a goodbye for good ends it; taking over connects again and says so", async () => {
  const { connection, socket } = open();
  socket.says({ type: "goodbye", text_key: "hall.taken", detail: "", again: false });
  expect(connection.status()).toMatchObject({ kind: "closed", textKey: "hall.taken" });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(FakeSocket.opened).toHaveLength(1);
  connection.takeOverSite();
  last().onopen?.();
  expect(last().sent[0]).toMatchObject({ type: "hello", take_over: true });
});

test("a goodbye that invites to come again is a lost line", async () => {
  const { connection, socket } = open();
  socket.says({ type: "goodbye", text_key: "server.stopping", detail: "", again: true });
  expect(connection.status().kind).toBe("waiting");
  await vi.advanceTimersByTimeAsync(1);
  expect(FakeSocket.opened).toHaveLength(2);
});

test("an outdated page loads itself anew once, and says so when that did not help", () => {
  const { connection, socket } = open();
  const outdated = { type: "goodbye", text_key: "page.outdated", detail: "", again: false };
  socket.says(outdated);
  expect(reloads).toHaveLength(1);
  expect(connection.status().kind).toBe("open");
  connection.takeOverSite();
  last().onopen?.();
  last().says(outdated);
  expect(connection.status()).toMatchObject({ kind: "closed", textKey: "page.outdated" });
});

test("without a line a command is refused at once and never sent later", async () => {
  const { connection, socket } = open();
  socket.onclose?.();
  await expect(connection.give({ type: "raise_hand" })).rejects.toBeInstanceOf(RefusedError);
  await vi.advanceTimersByTimeAsync(1);
  last().onopen?.();
  last().says(whole());
  expect(last().sent.filter(({ type }) => type === "give")).toEqual([]);
});

test("a snapshot is unpacked to its site and its picture", () => {
  const { connection, socket } = open();
  const heard: [number, number][] = [];
  connection.onSnapshot((site, jpeg) => heard.push([site, jpeg.size]));
  socket.onmessage?.({ data: new Uint8Array([0, 0, 1, 2, 9, 9, 9]).buffer });
  expect(heard).toEqual([[258, 3]]);
});

test("it knows whether the server has spoken lately", () => {
  const { connection, socket } = open();
  expect(connection.heardWithin(1500)).toBe(true);
  vi.advanceTimersByTime(2000);
  expect(connection.heardWithin(1500)).toBe(false);
  socket.says({ type: "tick", now: 1 });
  expect(connection.heardWithin(1500)).toBe(true);
  socket.onclose?.();
  expect(connection.heardWithin(1500)).toBe(false);
});
