import { afterAll, beforeAll, expect, test } from "vitest";
import { alike, type Picture, picture, shown } from "./fields.ts";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { Office } from "./pages/Office.ts";
import { watch } from "./recording.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

// One film of a session: each layout as the pages show it, a pause, chapters, and the page that plays it.
const halls = [
  { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 },
  { site: "Sìn Hồ", colour: "red", pitch: 1100 },
  { site: "Tam Đường", colour: "green", pitch: 1900 },
] as const;
// The order of the console's keys. A third cell and more stay dark where there are no more halls.
const layouts = {
  single: 1,
  side_by_side: 2,
  speaker_strip: 5,
  grid_2x2: 4,
  grid_3x3: 9,
  document_inset: 2,
} as const;
type Layout = keyof typeof layouts;

let server: Server;
let desk: Console;
let office: Office;
const pages: Hall[] = [];
const sites: number[] = [];
/** What the halls saw in each layout. */
const seen = new Map<Layout, Picture>();
let recording = 0;

beforeAll(async () => {
  server = await Server.start();
  desk = await Console.open(server);
  for (const hall of halls) pages.push(await Hall.open(server.hall(hall.site), hall));
  for (const page of pages) await page.passCheck();
  await desk.openSession();
  for (const page of pages) await page.join();
  for (const { site } of halls) sites.push(await server.site(site));
});

afterAll(async () => {
  for (const page of pages) await page.close();
  await office?.close();
  await desk?.close();
  await server?.close();
});

test("each layout is seen in the pages", async () => {
  for (const [index, [layout, count]] of Object.entries(layouts).entries()) {
    const cells = Array.from({ length: count }, (_, cell) =>
      cell < halls.length ? { source: { type: "camera", site: sites[cell] } } : {},
    );
    await server.command({ type: "stage_scene", scene: { layout, cells } });
    await server.command({ type: "begin_item", item: index });
    const filled = halls.slice(0, count);
    for (const [cell, { colour }] of filled.entries()) await desk.sees(colour, cell);
    const since = Date.now();
    await until("three seconds of it on record", () => Date.now() - since > 3000);
    const png = (await desk.page.locator(".on-air .cells").screenshot()).toString("base64");
    seen.set(layout as Layout, await picture(desk.page, { png }));
    for (const { colour } of filled) expect(seen.get(layout as Layout)).toContain(colour);
  }
}, 240_000);

test("the recording is paused and goes on: in the end it is one film", async () => {
  await desk.stopRecording();
  await server.command({ type: "begin_item", item: 0 });
  await desk.startRecording();
  await server.command({
    type: "stage_scene",
    scene: { layout: "single", cells: [{ source: { type: "camera", site: sites[1] } }] },
  });
  await server.command({ type: "give_floor", site: sites[1] });
  await desk.sees("red");
  const since = Date.now();
  await until("some seconds of the second part", () => Date.now() - since > 5000);
  await server.command({ type: "end" });
  const film = await until("the one film", async () => {
    const answer = await desk.page.request.get(`${server.links.base}/api/meetings/${server.links.meeting}`);
    const { recordings } = (await answer.json()) as {
      recordings: { id: number; state: string; file: string }[];
    };
    return recordings.length === 1 && recordings[0]?.state === "ready" ? recordings[0] : undefined;
  });
  expect(film.file).toMatch(/-film\.mp4$/);
  recording = film.id;
  const url = `${server.links.base}/api/recordings/${recording}/file`;
  const { duration } = await watch(desk.page, url, 0, []);
  expect(duration).toBeGreaterThan(3 * Object.keys(layouts).length + 5);
  const last = await watch(desk.page, url, duration - 1.5, []);
  expect(last.colour).toBe("red");
});

test("the film shows each layout as the pages did", async () => {
  const answer = await desk.page.request.get(`${server.links.base}/api/recordings/${recording}`);
  const { log } = (await answer.json()) as { log: { chapters: { at: number; kind: string }[] } };
  const items = log.chapters.filter(({ kind }) => kind === "item");
  expect(items.length).toBe(Object.keys(layouts).length + 1);
  const film = `${server.links.base}/api/recordings/${recording}/file`;
  for (const [index, layout] of (Object.keys(layouts) as Layout[]).entries()) {
    const at = ((items[index]?.at ?? 0) + 2500) / 1000;
    const recorded = await picture(desk.page, { film, at });
    const expected = seen.get(layout) ?? [];
    const { same, coloured } = alike(
      expected,
      recorded,
      halls.map(({ colour }) => colour),
    );
    console.log(
      `FIGURE ${layout}: ${same} of ${coloured} fields alike; pages ${shown(expected)}, film ${shown(recorded)}`,
    );
    expect(coloured).toBeGreaterThan(40);
    expect(same / coloured).toBeGreaterThan(0.97);
  }
});

test("its page plays it from any chapter and shows who spoke when", async () => {
  office = await Office.at(server.links.office);
  const { user, password } = server.account("clerk");
  await office.logIn(user, password);
  await office.page.getByRole("link", { name: "Phiên họp mới" }).waitFor();
  await office.page.goto(`${server.links.base}/meetings/${server.links.meeting}`);
  await office.page.getByRole("link", { name: "Xem", exact: true }).click();
  await office.page.waitForURL(`**/recordings/${recording}`);
  const chapter = office.page.locator(".chapter.speaker").filter({ hasText: "Sìn Hồ" });
  await chapter.click();
  const video = office.page.locator("video");
  const wanted = await until("a second of that chapter played", () =>
    video.evaluate((element: HTMLVideoElement) =>
      element.currentTime > 1 && !element.paused ? element.currentTime : undefined,
    ),
  );
  expect(wanted).toBeGreaterThan(18);
  await until("the chapter is marked", async () => (await chapter.getAttribute("aria-current")) === "true");
  const strip = office.page.locator(".voice").filter({ hasText: "Sìn Hồ" });
  expect(await strip.locator("button.floor").count()).toBe(1);
  const cues = await video.evaluate(
    (element: HTMLVideoElement) =>
      new Promise<number>((done) => {
        const track = element.textTracks[0];
        const look = () => (track?.cues?.length ? done(track.cues.length) : setTimeout(look, 25));
        look();
      }),
  );
  expect(cues).toBe(await office.page.locator(".chapter").count());
});

test("who may not see recordings sees neither the film nor its chapters", async () => {
  for (const path of ["", "/file", "/chapters.vtt"]) {
    const answer = await server.fetch(`/api/recordings/${recording}${path}`);
    expect(answer.status).toBe(401);
  }
});
