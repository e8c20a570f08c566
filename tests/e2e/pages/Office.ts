import type { Browser, Page } from "playwright-core";
import { context, launch } from "../browser.ts";
import type { Server } from "../server.ts";

/** Signs in as the demo's account of that role, with the same request that the log-in page makes. */
export async function logIn(page: Page, server: Server, role: string): Promise<void> {
  const { user, password } = server.account(role);
  const answer = await page.request.post(`${server.links.base}/api/login`, {
    data: { user, password },
    headers: { origin: server.links.base },
  });
  if (!answer.ok()) throw new Error(`log-in: ${answer.status()} ${await answer.text()}`);
}

/** A clerk at a desk. */
export class Office {
  private constructor(
    readonly browser: Browser,
    readonly page: Page,
  ) {}

  static open(server: Server): Promise<Office> {
    return Office.at(server.links.office);
  }
  static async at(url: string): Promise<Office> {
    const browser = await launch();
    const page = await (await context(browser)).newPage();
    await page.goto(url);
    return new Office(browser, page);
  }

  async logIn(user: string, password: string): Promise<void> {
    await this.page.getByLabel("Tên đăng nhập").fill(user);
    await this.page.getByLabel("Mật khẩu", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: "Đăng nhập" }).click();
  }

  /** Fills in the form of a new meeting with all districts, and saves it. */
  async schedule(title: string): Promise<void> {
    await this.page.getByRole("link", { name: "Phiên họp mới" }).click();
    await this.page.getByLabel("Tên phiên họp").fill(title);
    await this.page.getByLabel("Chủ tọa").fill("Phó Chủ tịch UBND tỉnh");
    await this.page.getByRole("button", { name: "Tất cả cấp huyện" }).click();
    await this.page.getByRole("button", { name: "Sở, ngành" }).click();
    await this.page.getByRole("button", { name: "Thêm mục" }).click();
    await this.page.getByLabel("Nội dung mục").fill("Báo cáo phòng, chống rét");
    await this.save();
    await this.page.getByRole("heading", { name: title }).waitFor();
  }

  async save(): Promise<void> {
    await this.page.getByRole("button", { name: "Lưu" }).first().click();
  }

  async attach(file: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await this.page.locator('input[type="file"]').first().setInputFiles(file);
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
