import type { Page } from "playwright-core";
import type { Server } from "../server.ts";

/** Signs in as the demo's account of that role, with the same request that the page makes. */
export async function logIn(page: Page, server: Server, role: string): Promise<void> {
  const { user, password } = server.account(role);
  const answer = await page.request.post(`${server.links.base}/api/login`, {
    data: { user, password },
    headers: { origin: server.links.base },
  });
  if (!answer.ok()) throw new Error(`log-in: ${answer.status()} ${await answer.text()}`);
}
