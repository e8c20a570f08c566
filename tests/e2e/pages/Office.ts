import type { Page } from "../../../web/node_modules/playwright-core";

/** A clerk or an administrator at the office. */
export class Office {
  constructor(readonly page: Page) {}

  async setUp(link: string, name: string, user: string, password: string): Promise<void> {
    await this.page.goto(link);
    await this.page.getByLabel("Họ tên").fill(name);
    await this.page.getByLabel("Tên đăng nhập").fill(user);
    await this.page.getByRole("textbox", { name: "Mật khẩu" }).fill(password);
    await this.page.getByRole("button", { name: "Tạo tài khoản quản trị" }).click();
    await this.page.getByRole("heading", { name: "Điểm cầu" }).waitFor();
  }

  async logIn(user: string, password: string): Promise<void> {
    await this.page.goto("/login");
    await this.page.getByLabel("Tên đăng nhập").fill(user);
    await this.page.getByRole("textbox", { name: "Mật khẩu" }).fill(password);
    await this.page.getByRole("button", { name: "Đăng nhập" }).click();
    await this.page.getByRole("link", { name: "Tuần này" }).waitFor();
  }

  /** A host meeting of tomorrow with every hall of the districts; answers its id. */
  async makeMeeting(title: string, items: readonly string[] = []): Promise<number> {
    await this.page.goto("/meetings/new");
    await this.page.getByLabel("Tên phiên họp").fill(title);
    for (const [index, item] of items.entries()) {
      await this.page.getByRole("button", { name: "Thêm mục" }).click();
      await this.page.getByRole("textbox", { name: "Nội dung mục" }).nth(index).fill(item);
    }
    await this.page.getByRole("button", { name: "+ Tất cả cấp huyện" }).click();
    await this.page.getByRole("button", { name: "Lưu" }).click();
    await this.page.waitForURL(/\/meetings\/\d+$/);
    return Number(this.page.url().split("/").at(-1));
  }

  async addDocument(meeting: number, path: string): Promise<void> {
    await this.page.goto(`/meetings/${meeting}`);
    const stored = this.page.waitForResponse(
      (response) => response.request().method() === "POST" && response.url().includes("/documents"),
    );
    await this.page.locator("input[type=file]").setInputFiles(path);
    await stored;
  }

  /** Titles of what was found, best first. */
  async search(words: string): Promise<readonly string[]> {
    await this.page.keyboard.press("Control+k");
    const answered = this.page.waitForResponse((response) => response.url().includes("/api/search"));
    await this.page.getByRole("textbox", { name: /^Tìm phiên họp/ }).fill(words);
    await answered;
    return this.page.locator(".hit b").allTextContents();
  }
}
