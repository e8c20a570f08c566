import { execFileSync } from "node:child_process";
import { appendFileSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

// A real disk of 320 MB that really fills up. Needs root.
const sinHo = { site: "Sìn Hồ", colour: "red", pitch: 1100 } as const;
let server: Server;
let desk: Console;
let hall: Hall;
const ballast = () => join(server.data, "ballast");

/** Fills the disk but for `left` bytes. */
function fill(left: number): void {
  const { bavail, bsize } = statfsSync(server.data);
  try {
    appendFileSync(ballast(), Buffer.alloc(Math.max(0, bavail * bsize - left)));
  } catch (error) {
    // Somebody else wrote in that moment: full all the same.
    if ((error as { code?: string }).code !== "ENOSPC") throw error;
  }
}

beforeAll(async () => {
  server = await Server.start((data) =>
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=320m", "tmpfs", data]),
  );
  desk = await Console.open(server);
  hall = await Hall.open(server.hall(sinHo.site), sinHo);
  await hall.passCheck();
});

afterAll(async () => {
  await hall?.close();
  await desk?.close();
  await server?.stop();
  execFileSync("umount", [server.data]);
  await server?.close();
});

const upload = (bytes: number) =>
  desk.page.request.post(
    `${server.links.base}/api/meetings/${server.links.meeting}/documents?name=lon.pdf&use=paper`,
    {
      data: Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(bytes)]),
      headers: { origin: server.links.base, "content-type": "application/pdf" },
    },
  );

test("an upload that fills the disk is refused with its reason, and nothing of it is left", async () => {
  fill(4_000_000);
  const answer = await upload(8_000_000);
  expect(answer.status()).toBe(507);
  expect((await answer.json()).text_key).toBe("document.disk_full");
  expect(readdirSync(join(server.data, "documents/incoming"))).toEqual([]);
  rmSync(ballast());
  expect((await upload(1_000_000)).status()).toBe(201);
});

test("a full disk stops the recording with its reason, and the session goes on", async () => {
  await desk.openSession();
  await hall.join();
  await desk.putOnStage("sin ho");
  await desk.sees("red");
  fill(0);
  await desk.page.getByText("Ghi hình bị dừng: máy chủ hết chỗ đĩa").waitFor();
  await hall.nextFrame(0);
  await desk.sees("red");
  const health = await server.fetch("/healthz");
  expect(JSON.parse(health.body).ready).toBe(false);
});

test("what cannot be stored is refused, and is possible again once there is room", async () => {
  // What the server kept in reserve is taken, too; the log's file has some room left: commands until it has none.
  fill(0);
  await until("a refusal", async () => {
    await desk.tile("Sìn Hồ").getByRole("button", { name: /^mic/ }).click();
    return desk.page
      .getByText(/hết chỗ đĩa|Không lưu được/)
      .first()
      .isVisible();
  });
  rmSync(ballast());
  await until("the microphone to open", async () => {
    const open = desk.tile("Sìn Hồ").getByRole("button", { name: "mic mở" });
    if (await open.isVisible()) return true;
    await desk.tile("Sìn Hồ").getByRole("button", { name: "mic tắt" }).click();
    return false;
  });
  await until(
    "the server to be ready",
    async () => JSON.parse((await server.fetch("/healthz")).body).ready === true,
  );
});
