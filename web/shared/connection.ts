import type { JSONPatchDocument } from "immutable-json-patch";
import { ProjectionStore } from "./projectionStore";
import {
  type ClientMessage,
  type Command,
  type Hello,
  protocolHash,
  type ServerMessage,
  type Whole,
} from "./protocol";

/** Nothing heard for this long (the server speaks once a second): the line is dead whatever the socket says. */
const silenceLimit = 4000;
/** A socket that does not open within this time is given up: on a broken line its own time limit is minutes. */
const openingLimit = 2000;

export type ConnectionStatus =
  | { readonly kind: "connecting" }
  | { readonly kind: "open" }
  | { readonly kind: "waiting"; readonly nextTryAt: number }
  | { readonly kind: "closed"; readonly textKey: string; readonly detail: string };

/** A command or an offer was not carried out. `textKey` names the sentence for people. */
export class RefusedError extends Error {
  readonly textKey: string;
  readonly detail: string;
  constructor(textKey: string, detail = "") {
    super(`${textKey} ${detail}`);
    this.textKey = textKey;
    this.detail = detail;
  }
}

/** What the outside world gives, so that tests can stand in for it. */
export interface World {
  open(url: string): WebSocket;
  /** The page was built for another protocol: load it anew, at most once for this build. Answers false if it had been. */
  reloadOnce(hash: string): boolean;
}

const browser: World = {
  open: (url) => new WebSocket(url, "diemcau.v1"),
  reloadOnce(hash) {
    const key = "diemcau.reloaded";
    if (sessionStorage.getItem(key) === hash) return false;
    sessionStorage.setItem(key, hash);
    location.reload();
    return true;
  },
};

interface Waiter {
  resolve(sdp: string): void;
  reject(error: RefusedError): void;
}

type MessageOf<Type extends ServerMessage["type"]> = Extract<ServerMessage, { readonly type: Type }>;
type Listener = (message: never) => void;

/**
 * The signaling socket of one page. Says Hello, keeps the view of this audience, and connects anew by itself for as long
 * as the page lives, unless the server said goodbye for good.
 */
export class Connection<View> {
  readonly store: ProjectionStore<View>;
  private readonly hello: Omit<Hello, "type" | "protocol">;
  private readonly pick: (whole: Whole) => View | undefined;
  private readonly url: string;
  private readonly world: World;
  private socket: WebSocket | undefined;
  private current: ConnectionStatus = { kind: "connecting" };
  private readonly statusListeners = new Set<() => void>();
  private readonly messageListeners = new Map<string, Set<Listener>>();
  private readonly waiters = new Map<number, Waiter>();
  private nextId = 1;
  private failures = 0;
  private heardAt = 0;
  private clockOffset = 0;
  private takeOver = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;

  constructor(
    url: string,
    hello: Omit<Hello, "type" | "protocol">,
    pick: (whole: Whole) => View | undefined,
    world: World = browser,
  ) {
    this.url = url;
    this.hello = hello;
    this.pick = pick;
    this.world = world;
    this.store = new ProjectionStore<View>(() => this.send({ type: "ask_whole" }));
  }

  start(): void {
    globalThis.addEventListener?.("online", this.retryNow);
    this.connect();
  }

  readonly status = (): ConnectionStatus => this.current;

  readonly subscribeStatus = (listener: () => void): (() => void) => {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  };

  on<Type extends ServerMessage["type"]>(
    type: Type,
    listener: (message: MessageOf<Type>) => void,
  ): () => void {
    const listeners = this.messageListeners.get(type) ?? new Set<Listener>();
    this.messageListeners.set(type, listeners);
    listeners.add(listener as Listener);
    return () => listeners.delete(listener as Listener);
  }

  /** The server's clock. */
  now(): number {
    return Date.now() + this.clockOffset;
  }

  /** The server has spoken within so many ms. */
  heardWithin(time: number): boolean {
    return this.current.kind === "open" && Date.now() - this.heardAt < time;
  }

  /** Resolves when the server has stored what came of it; rejects with RefusedError. Never kept for a later line: a cut
   * that comes ten seconds late is worse than one that must be pressed again. */
  async give(command: Command): Promise<void> {
    await this.ask((id) => ({ type: "give", id, command }));
  }

  /** Gives the SDP answer. `ahead`: without joining. */
  offer(sdp: string, ahead = false): Promise<string> {
    return this.ask((id) => ({ type: "offer", id, sdp, ...(ahead ? { ahead } : {}) }));
  }

  /** Gives the SDP answer; rejected when the server has no peer of ours any more. */
  restartIce(sdp: string): Promise<string> {
    return this.ask((id) => ({ type: "restart_ice", id, sdp }));
  }

  send(message: ClientMessage): void {
    if (this.current.kind === "open") this.socket?.send(JSON.stringify(message));
  }

  sendBinary(bytes: ArrayBuffer): void {
    // What a slow line has not taken yet is not piled up further: the next snapshot is as good.
    if (this.current.kind === "open" && (this.socket?.bufferedAmount ?? 0) < 64 * 1024)
      this.socket?.send(bytes);
  }

  /** After a goodbye: connect again, and put out the machine that holds this site. */
  takeOverSite(): void {
    this.takeOver = true;
    this.failures = 0;
    this.connect();
  }

  readonly retryNow = (): void => {
    if (this.current.kind === "waiting") this.connect();
  };

  private ask(message: (id: number) => ClientMessage): Promise<string> {
    if (this.current.kind !== "open") return Promise.reject(new RefusedError("line.down"));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiters.set(id, { resolve, reject });
      this.send(message(id));
    });
  }

  private connect(): void {
    clearTimeout(this.timer);
    this.drop();
    this.set({ kind: "connecting" });
    let socket: WebSocket;
    try {
      socket = this.world.open(this.url);
    } catch {
      this.lost();
      return;
    }
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    this.timer = setTimeout(() => this.lost(), openingLimit);
    socket.onopen = () => {
      clearTimeout(this.timer);
      this.heardAt = Date.now();
      this.watch = setInterval(() => {
        if (Date.now() - this.heardAt >= silenceLimit) this.lost();
      }, 500);
      const hello: Hello = {
        type: "hello",
        protocol: protocolHash,
        ...this.hello,
        ...(this.takeOver ? { take_over: true } : {}),
      };
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event: MessageEvent) => {
      this.heardAt = Date.now();
      this.hear(event.data);
    };
    socket.onclose = () => this.lost();
  }

  private hear(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      this.tell("snapshot", data);
      return;
    }
    const message = JSON.parse(String(data)) as ServerMessage;
    switch (message.type) {
      case "whole": {
        const view = this.pick(message);
        if (view === undefined) break;
        this.clockOffset = message.now - Date.now();
        this.failures = 0;
        this.takeOver = false;
        this.store.replace(view, message.revision);
        this.set({ kind: "open" });
        break;
      }
      case "patch":
        this.store.patch(message.operations as JSONPatchDocument, message.revision);
        break;
      case "tick":
        this.clockOffset = message.now - Date.now();
        break;
      case "answer":
        this.settle(message.id)?.resolve(message.sdp);
        break;
      case "done":
        this.settle(message.id)?.resolve("");
        break;
      case "refused":
        if (message.id !== undefined)
          this.settle(message.id)?.reject(new RefusedError(message.text_key, message.detail));
        else if (this.current.kind !== "open") this.close(message.text_key, message.detail);
        break;
      case "goodbye":
        if (message.text_key === "page.outdated" && this.world.reloadOnce(protocolHash)) this.drop();
        else if (message.again) this.lost();
        else this.close(message.text_key, message.detail);
        break;
      case "levels":
      case "lines":
      case "outputs":
      case "cameras":
      case "send_layers":
      case "send_screen":
      case "show_program":
      case "pictures_late":
      case "media_lost":
        break;
      default:
        message satisfies never;
    }
    this.tell(message.type, message);
  }

  /** Binary messages of consoles: a site's snapshot. */
  onSnapshot(listener: (site: number, jpeg: Blob) => void): () => void {
    const listeners = this.messageListeners.get("snapshot") ?? new Set<Listener>();
    this.messageListeners.set("snapshot", listeners);
    const unpack = (bytes: ArrayBuffer) =>
      listener(new DataView(bytes).getUint32(0), new Blob([bytes.slice(4)], { type: "image/jpeg" }));
    listeners.add(unpack as Listener);
    return () => listeners.delete(unpack as Listener);
  }

  private tell(type: string, message: unknown): void {
    for (const listener of this.messageListeners.get(type) ?? []) listener(message as never);
  }

  private settle(id: number): Waiter | undefined {
    const waiter = this.waiters.get(id);
    this.waiters.delete(id);
    return waiter;
  }

  private close(textKey: string, detail: string): void {
    clearTimeout(this.timer);
    this.drop();
    this.set({ kind: "closed", textKey, detail });
  }

  /** At once the first time, then every 1..2 s: a whole province that comes back must not come in the same instant. */
  private lost(): void {
    clearTimeout(this.timer);
    this.drop();
    const wait = this.failures++ === 0 ? 0 : 1000 + Math.random() * 1000;
    this.set({ kind: "waiting", nextTryAt: Date.now() + wait });
    this.timer = setTimeout(() => this.connect(), wait);
  }

  private drop(): void {
    clearInterval(this.watch);
    const socket = this.socket;
    this.socket = undefined;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    for (const waiter of this.waiters.values()) waiter.reject(new RefusedError("line.down"));
    this.waiters.clear();
  }

  private set(status: ConnectionStatus): void {
    this.current = status;
    for (const listener of this.statusListeners) listener();
  }
}

export function signalingUrl(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/signaling`;
}

/** The text by which the server knows this browser again. */
export function deviceName(): string {
  const key = "diemcau.device";
  const known = localStorage.getItem(key);
  if (known) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const device = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  localStorage.setItem(key, device);
  return device;
}
