import type { Locator, Page } from "../../../web/node_modules/playwright-core";

/** A hall's PC, as the people in the hall use it. */
export class Hall {
  constructor(readonly page: Page) {}

  async open(link: string): Promise<void> {
    await this.page.goto(link);
  }

  /** Through the check into the waiting room, and in as soon as the session is open. */
  async join(): Promise<void> {
    await this.page.getByRole("button", { name: "Xong, vào phòng chờ" }).click();
    await this.page.getByRole("button", { name: "Vào phòng họp" }).click();
    await this.cell(0).waitFor();
  }

  cell(index: number): Locator {
    return this.page.locator(`[data-cell="${index}"]`);
  }

  async raiseHand(): Promise<void> {
    await this.stir();
    await this.page.getByRole("button", { name: "Xin phát biểu" }).click();
  }

  async leave(): Promise<void> {
    await this.stir();
    await this.page.getByRole("button", { name: "Gọi kỹ thuật" }).click();
    await this.page.getByRole("button", { name: "Rời phiên họp" }).click();
    await this.page.getByRole("button", { name: "Rời", exact: true }).click();
  }

  yourTurn(): Locator {
    return this.page.getByText("ĐẾN LƯỢT PHÁT BIỂU");
  }

  lineLost(): Locator {
    return this.page.getByText("Mất đường truyền");
  }

  /** Waits until the picture of a cell runs and is not covered. */
  async seesPicture(index: number, timeout = 10_000): Promise<void> {
    await this.page.waitForFunction(
      (at) => {
        const cell = document.querySelector(`[data-cell="${at}"]`);
        const video = cell?.querySelector("video");
        return (
          video !== null && video !== undefined && video.videoWidth > 0 && !cell?.querySelector(".cover")
        );
      },
      index,
      { timeout },
    );
  }

  /** Mean colour of the middle of a cell's picture: red, green, blue of 0…255. */
  colourOf(index: number): Promise<readonly [number, number, number]> {
    return this.page.evaluate((at) => {
      const video = document.querySelector<HTMLVideoElement>(`[data-cell="${at}"] video`);
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 8;
      const context = canvas.getContext("2d");
      if (!video || !context) throw new Error(`cell ${at} has no picture`);
      const [w, h] = [video.videoWidth, video.videoHeight];
      context.drawImage(video, w * 0.4, h * 0.4, w * 0.2, h * 0.2, 0, 0, 8, 8);
      const sum = [0, 0, 0];
      const { data } = context.getImageData(0, 0, 8, 8);
      for (let i = 0; i < data.length; i += 4)
        for (let channel = 0; channel < 3; channel++)
          sum[channel] = (sum[channel] ?? 0) + (data[i + channel] ?? 0);
      return sum.map((value) => Math.round(value / 64)) as unknown as readonly [number, number, number];
    }, index);
  }

  /** Loudest level (root mean square, 0…1) of all voices together within a time. */
  loudness(milliseconds: number): Promise<number> {
    return this.page.evaluate(async (time) => {
      const context = new AudioContext();
      await context.resume();
      const analyser = context.createAnalyser();
      analyser.fftSize = 2048;
      for (const element of document.querySelectorAll<HTMLAudioElement>("audio[data-slot]"))
        if (element.srcObject instanceof MediaStream)
          context.createMediaStreamSource(element.srcObject).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      const until = performance.now() + time;
      let loudest = 0;
      while (performance.now() < until) {
        await new Promise(requestAnimationFrame);
        analyser.getFloatTimeDomainData(samples);
        loudest = Math.max(
          loudest,
          Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length),
        );
      }
      await context.close();
      return loudest;
    }, milliseconds);
  }

  /** The row of buttons hides when nothing moves. */
  private async stir(): Promise<void> {
    await this.page.mouse.move(100, 100);
    await this.page.mouse.move(120, 110);
  }
}
