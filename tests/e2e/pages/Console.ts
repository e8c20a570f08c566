import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { context, launch } from "../browser.ts";
import { nameOf } from "../recording.ts";
import { colourIn } from "../senses.ts";
import type { Server } from "../server.ts";
import { until } from "../until.ts";
import { logIn } from "./Office.ts";

/** The technician at the operator's desk. */
export class Console {
  private constructor(
    readonly browser: Browser,
    readonly page: Page,
  ) {}

  static async open(server: Server, meeting = server.links.meeting): Promise<Console> {
    const browser = await launch();
    const page = await (await context(browser)).newPage();
    await logIn(page, server, "operator");
    await page.goto(`${server.links.base}/console/${meeting}`);
    await page.locator(".wall").waitFor();
    return new Console(browser, page);
  }

  async openSession(): Promise<void> {
    await this.page.getByRole("button", { name: "Mở phiên họp" }).click();
    await this.page.getByRole("button", { name: "Mở phiên họp" }).waitFor({ state: "detached" });
  }

  /** Finds the hall by name, as typed without marks, and puts it on air full screen. */
  async putOnStage(typed: string): Promise<void> {
    await this.page.keyboard.press("/");
    await this.page.keyboard.type(typed);
    await this.page.keyboard.press("Shift+Enter");
  }

  /** Alone in NEXT, unseen. */
  async putInNext(typed: string): Promise<void> {
    await this.layout("1");
    const clear = this.page.getByRole("button", { name: "Bỏ khỏi ô 1" });
    if (await clear.isVisible()) await clear.click();
    await this.page.keyboard.press("/");
    await this.page.keyboard.type(typed);
    await this.page.keyboard.press("Enter");
    await clear.waitFor();
    // The keys are the desk's again once nothing is typed into.
    await this.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  }

  /** So many halls are connected. */
  async present(count: number): Promise<void> {
    await this.page.getByText(`${count}/9 điểm cầu`).waitFor({ timeout: 60_000 });
  }

  async stopRecording(): Promise<void> {
    await this.page.keyboard.press("r");
    await this.page.getByRole("button", { name: "Tạm dừng ghi" }).click();
    await this.page.getByRole("button", { name: "Ghi hình" }).waitFor();
  }

  async startRecording(): Promise<void> {
    await this.page.keyboard.press("r");
    await this.page.getByRole("button", { name: "ĐANG GHI" }).waitFor();
  }

  async showOutputs(): Promise<void> {
    await this.page.getByRole("button", { name: /^Đầu ra/ }).click();
    await this.page.locator(".outputs").waitFor();
  }

  async addOutput(address: string): Promise<void> {
    await this.page.getByLabel("Gửi hình phiên họp tới").fill(address);
    await this.page.getByRole("button", { name: "Thêm", exact: true }).click();
  }

  async layout(key: "1" | "2" | "3" | "4" | "5" | "6"): Promise<void> {
    await this.page.keyboard.press(key);
  }

  tile(site: string) {
    return this.page.locator(".wall .tile").filter({ hasText: site });
  }

  /** What its small picture on the wall shows in the middle. */
  async tileColour(site: string): Promise<ReturnType<typeof nameOf>> {
    const point = await this.tile(site)
      .locator("canvas.picture")
      .evaluate((canvas: HTMLCanvasElement) => [
        ...(canvas.getContext("2d")?.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data ?? []),
      ]);
    return nameOf(point.slice(0, 3));
  }

  async openMicrophone(site: string): Promise<void> {
    await this.tile(site).getByRole("button", { name: "mic tắt" }).click();
    await this.tile(site).getByRole("button", { name: "mic mở" }).waitFor();
  }

  async closeMicrophone(site: string): Promise<void> {
    await this.tile(site).getByRole("button", { name: "mic mở" }).click();
    await this.tile(site).getByRole("button", { name: "mic tắt" }).waitFor();
  }

  /** The clerk's part: a film becomes a document of the meeting. */
  addFilm(server: Server, file: string, name = "phim.mp4"): Promise<void> {
    return this.upload(server, readFileSync(file), name, "clip", "video/mp4");
  }

  addPaper(server: Server, pdf: Uint8Array, name: string): Promise<void> {
    return this.upload(server, pdf, name, "paper", "application/pdf");
  }

  private async upload(
    server: Server,
    data: Uint8Array,
    name: string,
    use: "clip" | "paper",
    type: string,
  ): Promise<void> {
    const answer = await this.page.request.post(
      `${server.links.base}/api/meetings/${server.links.meeting}/documents?name=${name}&use=${use}`,
      { data: Buffer.from(data), headers: { origin: server.links.base, "content-type": type } },
    );
    if (answer.status() !== 201) throw new Error(`upload: ${answer.status()} ${await answer.text()}`);
  }

  film(title = "phim") {
    return this.page.getByRole("group", { name: title, exact: true });
  }

  paper(title: string) {
    return this.page.getByRole("listitem").filter({ has: this.page.getByRole("link", { name: title }) });
  }

  /** Puts the film into the one cell of NEXT, cuts to it and plays it. */
  async playFilm(title = "phim"): Promise<void> {
    const film = this.film(title);
    await this.layout("1");
    await film.getByRole("button", { name: "Vào ô" }).click();
    await this.page.keyboard.press("Enter");
    await film.getByRole("button", { name: "Chiếu", exact: true }).click();
  }

  sees(colour: string, cell = 0): Promise<unknown> {
    return until(`${colour} on air`, async () => (await colourIn(this.page, cell)) === colour);
  }

  async end(): Promise<void> {
    await this.page.getByRole("button", { name: "Kết thúc…" }).click();
    await this.page.getByRole("button", { name: "Kết thúc", exact: true }).click();
    await this.page.getByText("Phiên họp đã kết thúc").waitFor();
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
