import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { colourOf, RtmpHost } from "./rtmpHost.ts";
import { freePort, Server } from "./server.ts";
import { until } from "./until.ts";

// The program goes to a broadcaster's real host: added, refused, broken, resumed and stopped by clicks.
const key = "khoa-luong-bi-mat-2026";

let server: Server;
let host: RtmpHost;
let desk: Console;
let hall: Hall;

beforeAll(async () => {
  host = new RtmpHost(await freePort());
  host.start();
  const config = join(mkdtempSync(join(tmpdir(), "diemcau-config-")), "diemcau.toml");
  writeFileSync(config, `[outputs]\nrtsp_port = ${await freePort()}\n`);
  server = await Server.start(undefined, ["--config", config]);
  desk = await Console.open(server);
  hall = await Hall.open(server.hall("UBND tỉnh Lai Châu"), { colour: "blue", pitch: 500 });
  await hall.passCheck();
}, 120_000);

afterAll(async () => {
  await hall?.browser.close();
  await desk?.close();
  await server?.close();
  await host?.close();
});

const row = () => desk.page.locator(".outputs li").first();
const says = (words: string | RegExp) =>
  row().getByRole("status").filter({ hasText: words }).waitFor({ timeout: 45_000 });
/** The host shows what the halls see. */
const arrives = () => until("blue at the host", async () => (await host.colour(key)) === "blue", 60_000);

test("an address that cannot be used is refused with what is wrong with it", async () => {
  await desk.showOutputs();
  await desk.addOutput(`rtmp://127.0.0.1/${key}`);
  await desk.page.getByText("Địa chỉ RTMP thiếu tên ứng dụng hoặc khóa luồng").waitFor();
  await desk.addOutput(`ftp://127.0.0.1/live/${key}`);
  await desk.page.getByText("Địa chỉ phải bắt đầu bằng rtmp://, rtmps:// hoặc srt://.").waitFor();
});

test("an output that was added before the session is sent to when it opens", async () => {
  await desk.addOutput(host.address(key));
  await says("sẽ gửi khi phiên họp mở");
  await desk.openSession();
  await hall.join();
  await says("đang gửi");
  await row()
    .getByText(/^\d+(,\d+)? (k|M)bit\/s$/)
    .waitFor();
  await desk.page.getByRole("button", { name: "Đầu ra 1/1" }).waitFor();
  await arrives();
});

test("a host that vanishes is said to be gone and found again; the session goes on", async () => {
  await host.kill();
  await says(/Mất kết nối tới máy nhận|Không nối được/);
  await desk.page.getByText("1 cảnh báo").waitFor();
  await desk.page.getByRole("button", { name: "ĐANG GHI" }).waitFor();
  host.start();
  await says("đang gửi");
  await arrives();
});

test("a server that was killed sends on", async () => {
  await server.kill();
  await server.launch();
  await says("đang gửi");
  await arrives();
});

test("it is stopped and removed by clicks, each asked for once", async () => {
  await row().getByRole("button", { name: "Dừng" }).click();
  await row().getByText("Dừng gửi?").waitFor();
  await row().getByRole("button", { name: "Dừng" }).click();
  await says("tắt");
  await row().getByRole("button", { name: "Gửi" }).click();
  await says("đang gửi");
  await row().getByRole("button", { name: "Xóa" }).click();
  await row().getByRole("button", { name: "Xóa" }).click();
  await desk.page.getByText("Chưa phát hình phiên họp đi đâu ngoài các điểm cầu.").waitFor();
});

test("a monitor takes it by RTSP at the address that the console shows", async () => {
  await desk.page.getByRole("button", { name: "Cho màn hình, phòng họp lấy hình (RTSP)" }).click();
  await says("chưa có máy nào xem");
  const address = await row().locator(".address").innerText();
  expect(address).toMatch(/^rtsp:\/\/localhost:\d+\/[\w-]{40,}$/);
  const stream = `rtspsrc location=${address} protocols=tcp ! rtph264depay`;
  const monitor = spawn("gst-launch-1.0", `-q ${stream} ! fakesink`.split(" "), { stdio: "ignore" });
  await says("1 máy đang xem");
  expect(await colourOf(stream)).toBe("blue");
  monitor.kill();
  await says("chưa có máy nào xem");
});

test("nobody is shown the stream key, and it stands nowhere in plain text", async () => {
  expect(await desk.page.content()).not.toContain(key);
  expect(server.log()).toContain("output.live");
  expect(server.log()).not.toContain(key);
  const database = readdirSync(server.data).filter((name) => name.startsWith("diemcau.db"));
  expect(database.length).toBeGreaterThan(0);
  for (const name of database) expect(readFileSync(join(server.data, name)).includes(key), name).toBe(false);
});
