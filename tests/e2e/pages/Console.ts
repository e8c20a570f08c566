import type { Locator, Page } from "../../../web/node_modules/playwright-core";

export type Layout = "single" | "side_by_side" | "speaker_strip" | "grid_2x2" | "grid_3x3";

const keys: Readonly<Record<Layout, string>> = {
  single: "1",
  side_by_side: "2",
  speaker_strip: "3",
  grid_2x2: "4",
  grid_3x3: "5",
};

/** The operator, who works with the keyboard. */
export class Console {
  constructor(readonly page: Page) {}

  async open(meeting: number): Promise<void> {
    await this.page.goto(`/console/${meeting}`);
    await this.page.locator("[data-tile]").first().waitFor();
  }

  async openSession(): Promise<void> {
    await this.page.getByRole("button", { name: "Mở phiên họp" }).click();
    await this.page.getByRole("button", { name: "Kết thúc…" }).waitFor();
  }

  async endSession(): Promise<void> {
    await this.page.getByRole("button", { name: "Kết thúc…" }).click();
    await this.page.getByRole("button", { name: "Kết thúc", exact: true }).click();
    await this.page.getByText("Phiên họp đã kết thúc").first().waitFor();
  }

  /** Arranges the scene in NEXT, unseen. */
  async arrange(layout: Layout, ...names: string[]): Promise<void> {
    await this.page.keyboard.press(keys[layout]);
    for (const clear of await this.page.getByRole("button", { name: /^Bỏ khỏi ô/ }).all())
      await clear.click();
    for (const name of names) await this.find(name, "Enter");
  }

  async cut(): Promise<void> {
    await this.page.keyboard.press("Enter");
  }

  async putOnStage(layout: Layout, ...names: string[]): Promise<void> {
    await this.arrange(layout, ...names);
    await this.cut();
  }

  async putOnAirFull(name: string): Promise<void> {
    await this.find(name, "Shift+Enter");
  }

  async undo(): Promise<void> {
    await this.page.keyboard.press("Backspace");
  }

  async giveFloorToNext(): Promise<void> {
    await this.page.keyboard.press("f");
  }

  async takeFloor(): Promise<void> {
    await this.page.keyboard.press("t");
  }

  async closeOtherMicrophones(): Promise<void> {
    await this.page.keyboard.press("m");
  }

  /** Nothing to do where the recording began with the session. */
  async startRecording(): Promise<void> {
    const running = this.page.getByRole("button", { name: "ĐANG GHI" });
    const start = this.page.getByRole("button", { name: "Ghi hình" });
    await running.or(start).waitFor();
    if (await start.isVisible()) await this.page.keyboard.press("r");
    await running.waitFor();
  }

  async stopRecording(): Promise<void> {
    await this.page.keyboard.press("r");
    await this.page.getByRole("button", { name: "Dừng", exact: true }).click();
    await this.page.getByRole("button", { name: "Ghi hình" }).waitFor();
  }

  async playFilm(title: string): Promise<void> {
    await this.page.getByRole("group", { name: title }).getByRole("button", { name: "Chiếu" }).click();
  }

  async putFilmInNext(title: string): Promise<void> {
    await this.page.getByRole("group", { name: title }).getByRole("button", { name: "Vào ô" }).click();
  }

  async beginItem(title: string): Promise<void> {
    await this.page.getByRole("button", { name: title }).click();
  }

  tile(name: string): Locator {
    return this.page.locator("[data-tile]").filter({ hasText: name });
  }

  async switchMicrophone(name: string): Promise<void> {
    await this.tile(name).getByRole("button", { name: /^mic / }).click();
  }

  cellOnAir(index: number): Locator {
    return this.page.locator(`[data-cell="${index}"]`);
  }

  waiting(): Promise<readonly string[]> {
    return this.page.locator(".queue li b:not(.soft)").allTextContents();
  }

  private async find(name: string, key: string): Promise<void> {
    await this.page.keyboard.press("/");
    await this.page.keyboard.insertText(name);
    await this.page.getByRole("option", { name }).first().waitFor();
    await this.page.keyboard.press(key);
  }
}
