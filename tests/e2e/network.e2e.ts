import { afterAll, beforeAll, expect, test } from "vitest";
import { Namespace } from "./namespace.ts";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

const main = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const sinHo = { site: "Sìn Hồ", colour: "red", pitch: 1100 } as const;
const tamDuong = { site: "Tam Đường", colour: "green", pitch: 1900 } as const;

let network: Namespace;
let network6: Namespace;
let server: Server;
let desk: Console;
let atMain: Hall;
const open: { close(): unknown }[] = [];
const keep = <T extends { close(): unknown }>(one: T): T => {
  open.push(one);
  return one;
};

beforeAll(async () => {
  network = keep(new Namespace());
  network6 = keep(new Namespace());
  server = keep(await Server.start());
  desk = keep(await Console.open(server));
  atMain = keep(await Hall.open(server.hall(main.site), main));
  await atMain.passCheck();
  await desk.openSession();
  await atMain.join();
});

afterAll(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** Of the pair of addresses that media runs over. */
const path = (hall: Hall): Promise<{ address: string; protocol: string }> =>
  hall.page.evaluate(async () => {
    const { peers } = window as unknown as { peers: RTCPeerConnection[] };
    const peer = peers.find((one) => one.connectionState === "connected");
    const stats = new Map([...((await peer?.getStats())?.values() ?? [])].map((stat) => [stat.id, stat]));
    const transport = [...stats.values()].find((stat) => stat.type === "transport");
    const remote = stats.get(stats.get(transport?.selectedCandidatePairId)?.remoteCandidateId);
    return { address: remote?.address ?? "", protocol: remote?.protocol ?? "" };
  });

test("a hall that has only IPv6 is seen and sees", async () => {
  network6.dropIPv4();
  const url = server.hall(tamDuong.site).replace("localhost", `[${network6.serverAddress6}]`);
  const hall = keep(await Hall.open(url, tamDuong, { executable: network6.chromium() }));
  await hall.passCheck();
  await hall.join();
  await desk.putOnStage("tam duong");
  await atMain.sees("green");
  await desk.putOnStage("ubnd");
  await hall.sees("blue");
  // TCP may be quicker at first.
  await until("UDP over IPv6", async () => {
    const { address, protocol } = await path(hall);
    return address === network6.serverAddress6 && protocol === "udp";
  });
});

test("a hall whose address changes goes on with the same connection", async () => {
  const url = server.hall(sinHo.site).replace("localhost", network.serverAddress);
  const hall = keep(await Hall.open(url, sinHo, { executable: network.chromium() }));
  await hall.passCheck();
  await hall.join();
  await desk.putOnStage("sin ho");
  await atMain.sees("red");
  await hall.page.evaluate(() => {
    const { peers } = window as unknown as { peers: RTCPeerConnection[] };
    for (const peer of peers.filter((one) => one.connectionState === "connected"))
      Object.assign(peer, { before: true });
  });
  network.changeAddress();
  await atMain.longestGap(12_000);
  await atMain.sees("red");
  expect(
    await hall.page.evaluate(() => {
      const { peers } = window as unknown as { peers: (RTCPeerConnection & { before?: boolean })[] };
      return peers.filter((one) => one.connectionState === "connected").map((one) => one.before);
    }),
  ).toEqual([true]);
});
