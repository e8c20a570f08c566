import { afterAll, beforeAll, expect, test } from "vitest";
import { Office } from "./pages/Office.ts";
import { Server } from "./server.ts";

const password = "mat-khau-du-dai-2026";

let server: Server;
let setUp: string;
let office: Office;

beforeAll(async () => {
  ({ server, setUp } = await Server.startEmpty());
  office = await Office.at(setUp);
});

afterAll(async () => {
  await office?.close();
  await server?.close();
});

test("the printed link makes the first administrator, who is logged in at once", async () => {
  await office.page.getByLabel("Họ tên").fill("Nguyễn Văn An");
  await office.page.getByLabel("Tên đăng nhập").fill("quantri");
  await office.page.locator("input[autocomplete=new-password]").fill(password);
  await office.page.getByRole("button", { name: "Tạo tài khoản quản trị" }).click();
  await office.page.getByText("Nguyễn Văn An").first().waitFor();
});

test("the link works once: a second administrator is not made by it", async () => {
  const page = await office.page.context().newPage();
  await page.goto(setUp);
  await page.getByLabel("Họ tên").fill("Kẻ Lạ");
  await page.getByLabel("Tên đăng nhập").fill("kela");
  await page.locator("input[autocomplete=new-password]").fill(password);
  await page.getByRole("button", { name: "Tạo tài khoản quản trị" }).click();
  await page.getByText("Hệ thống đã được thiết lập").waitFor();
  await page.close();
});

test("an empty data folder says so, and the server stops at SIGTERM", async () => {
  await office.page.goto(new URL("/", setUp).href);
  await office.page.getByText("Tuần này chưa có phiên họp nào.").waitFor();
  expect(await server.stop()).toBe(0);
});
