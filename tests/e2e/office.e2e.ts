import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Office } from "./pages/Office.ts";
import { Server } from "./server.ts";

let server: Server;
let office: Office;
const title = "Hội nghị phòng, chống rét cho gia súc, cây trồng";

/** A PDF as a ministry would send it: printed by a browser, from a page with Vietnamese text. */
async function letter(): Promise<string> {
  const page = await office.page.context().newPage();
  await page.setContent(
    "<h1>Bộ Nông nghiệp và Phát triển nông thôn</h1><p>Số: 12/GM-BNN — V/v phòng, chống rét</p>",
  );
  const file = join(mkdtempSync(join(tmpdir(), "diemcau-letter-")), "12-GM-BNN.pdf");
  await page.pdf({ path: file });
  await page.close();
  return file;
}

beforeAll(async () => {
  server = await Server.start();
  office = await Office.open(server);
});

afterAll(async () => {
  await office?.close();
  await server?.close();
});

test("a wrong password is refused in plain words, the right one opens this week", async () => {
  const { user, password } = server.account("clerk");
  await office.logIn(user, "khong-phai-mat-khau");
  await office.page.getByText("Tên đăng nhập hoặc mật khẩu không đúng").waitFor();
  await office.logIn(user, password);
  await office.page.getByText("Họp giao ban UBND tỉnh").first().waitFor();
});

test("a clerk schedules a meeting between the province and its districts", async () => {
  await office.schedule(title);
  await office.page.getByText("Sìn Hồ").first().waitFor();
  await office.page.getByText("Báo cáo phòng, chống rét").first().waitFor();
});

test("attaches a PDF, describes it and reads it", async () => {
  await office.attach(await letter());
  // Not the line of the upload, which is gone a moment later.
  await office.page.getByRole("button", { name: "12-GM-BNN" }).click();
  const drawer = office.page.getByRole("dialog");
  await drawer.getByLabel("Tên trong phiên họp").fill("Giấy mời của Bộ");
  await drawer.getByLabel("Số", { exact: true }).fill("12");
  await drawer.getByLabel("Ký hiệu").fill("GM-BNN");
  await drawer.getByRole("button", { name: "Lưu" }).click();
  await drawer.getByText("Đã lưu").waitFor();
  const [meeting] = /\d+/.exec(new URL(office.page.url()).pathname) ?? [];
  const detail = await (await office.page.request.get(`${server.links.base}/api/meetings/${meeting}`)).json();
  expect(detail.documents).toHaveLength(1);
  const file = await office.page.request.get(
    `${server.links.base}/api/documents/${detail.documents[0].id}/file`,
  );
  expect(file.headers()["content-type"]).toBe("application/pdf");
  expect((await file.body()).subarray(0, 5).toString()).toBe("%PDF-");
  // Its last ten bytes alone, as a PDF reader asks for them.
  const tail = await office.page.request.get(
    `${server.links.base}/api/documents/${detail.documents[0].id}/file`,
    {
      headers: { range: "bytes=-10" },
    },
  );
  expect(tail.status()).toBe(206);
  expect((await tail.body()).length).toBe(10);
  await office.page.keyboard.press("Escape");
});

test("a file that hides a program and a document marked as a state secret are refused, and nothing of them is kept", async () => {
  await office.attach({
    name: "baocao.pdf",
    mimeType: "application/pdf",
    buffer: Buffer.from("MZ\u0090 not a PDF at all"),
  });
  await office.page.getByText("Loại tệp này không được nhận").waitFor();
  const pdf = join(mkdtempSync(join(tmpdir(), "diemcau-secret-")), "TỐI MẬT 05-BC.pdf");
  writeFileSync(pdf, "%PDF-1.7\n%%EOF\n");
  await office.attach(pdf);
  await office.page.getByText("dấu mật").first().waitFor();
  const kept = execFileSync("find", [server.data, "-type", "f", "-path", "*documents*"], {
    encoding: "utf8",
  });
  expect(kept.trim().split("\n")).toHaveLength(2); // the demo's invitation and the letter
});

test("search finds the meeting without marks, and the document by its number", async () => {
  await office.page.keyboard.press("Control+k");
  const found = office.page.getByRole("dialog");
  const box = found.getByRole("textbox");
  await box.fill("phong chong ret");
  await found.getByText(title).first().waitFor();
  await box.fill("12/GM-BNN");
  await found.getByText("Giấy mời của Bộ").filter({ visible: true }).first().waitFor();
  await office.page.keyboard.press("Escape");
});

test("a meeting that ends before it starts is refused by the server, too", async () => {
  const [id] = /\d+/.exec(new URL(office.page.url()).pathname) ?? [];
  const { meeting } = await (await office.page.request.get(`${server.links.base}/api/meetings/${id}`)).json();
  const answer = await office.page.request.put(`${server.links.base}/api/meetings/${id}`, {
    data: { revision: meeting.revision, form: { ...meeting.form, ends_at: meeting.form.starts_at - 60_000 } },
    headers: { origin: server.links.base },
  });
  expect(answer.headers()["content-type"]).toContain("application/problem+json");
  expect((await answer.json()).text_key).toBe("meeting.ends_before_start");
});
