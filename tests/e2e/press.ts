import type { Locator } from "playwright-core";

/** Presses it as a person would. When that cannot be done in time, the error says whether the page was drawn at all. */
export async function press(button: Locator): Promise<void> {
  try {
    await button.click();
  } catch (error) {
    const drawn = await button.page().evaluate(
      () =>
        new Promise<string>((done) => {
          let frames = 0;
          const count = (): void => {
            ++frames;
            requestAnimationFrame(count);
          };
          requestAnimationFrame(count);
          setTimeout(() => done(`${frames} frames in 2 s, ${document.visibilityState}`), 2000);
        }),
    );
    throw new Error(`${drawn}: ${String(error)}`, { cause: error });
  }
}
