import { execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { alike, type Picture, picture, shown } from "./fields.ts";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { watch } from "./recording.ts";
import { root, Server } from "./server.ts";
import { until } from "./until.ts";

// A film that is lost is made anew from what the halls sent, and shows the same at the same times.
const halls = [
  { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 },
  { site: "Sìn Hồ", colour: "red", pitch: 1100 },
  { site: "Tam Đường", colour: "green", pitch: 1900 },
] as const;
const colours = halls.map(({ colour }) => colour);
const cellsOf = { single: 1, side_by_side: 2, speaker_strip: 5, grid_2x2: 4, document_inset: 2 } as const;
type Layout = keyof typeof cellsOf;

/** Layout and halls, the main one first. */
const scenes: readonly (readonly [Layout, ...number[]])[] = [
  ["single", 1],
  ["side_by_side", 0, 2],
  ["grid_2x2", 2, 1, 0],
  ["single", 2],
  ["speaker_strip", 1, 0, 2],
  ["single", 0],
  ["document_inset", 2, 1],
  ["side_by_side", 1, 0],
];
const pauseAfter = 3;
const perScene = 7;
/** Of each scene, from when it was seen on. */
const secondsOnRecord = 4.5;

let server: Server;
let desk: Console;
const pages: Hall[] = [];
const sites: number[] = [];
const folder = mkdtempSync(join(tmpdir(), "diemcau-render-"));
let film = { id: 0, file: "" };
let length = 0;
let begins: number[] = [];
let before: Seen = { instants: [], cuts: [] };

function render(...options: string[]) {
  const given = ["render", String(server.links.meeting), "--data", server.data, ...options];
  return new Promise<{ code: number; out: string; err: string }>((done) => {
    const started = execFile(join(root, "build/diemcau"), given, { cwd: folder }, (_, out, err) =>
      done({ code: started.exitCode ?? -1, out, err }),
    );
  });
}

// Another address each time: the browser must not show what it has kept of another film.
let version = 0;
const filmUrl = () => `${server.links.base}/api/recordings/${film.id}/file?${version}`;
function putInPlace(file: string): void {
  copyFileSync(join(folder, file), stored(film.file));
  ++version;
}
const stored = (...names: string[]) => join(server.data, "recordings", ...names);

/** Where each scene begins, by the film's chapters, and the end. */
async function scenesBegin(): Promise<number[]> {
  const answer = await desk.page.request.get(`${server.links.base}/api/recordings/${film.id}`);
  const { log } = (await answer.json()) as { log: { chapters: { at: number; kind: string }[] } };
  return [...log.chapters.filter(({ kind }) => kind === "item").map(({ at }) => at / 1000), length];
}

interface Seen {
  readonly instants: { at: number; picture: Picture }[];
  /** When it cuts to the next scene, within 40 ms. */
  readonly cuts: number[];
}

async function look(begins: readonly number[]): Promise<Seen> {
  const at = (second: number) => picture(desk.page, { film: filmUrl(), at: second });
  const seen: Seen = { instants: [], cuts: [] };
  const likeness = (one: Picture, other: Picture) => alike(one, other, colours).same;
  for (const [scene, begin] of begins.slice(0, -1).entries()) {
    // A cut waits 600 ms for the pictures, then there are slates until they come, in either film at its own moment. Of what goes
    // on after a pause there are copies from the next keyframes on.
    const [from, until] = [
      begin + (scene === pauseAfter + 1 ? 3 : 2),
      scene === pauseAfter ? begin + secondsOnRecord : (begins[scene + 1] ?? 0) - 0.4,
    ];
    for (let i = 0; i < perScene; ++i) {
      const second = from + ((until - from) * i) / (perScene - 1);
      seen.instants.push({ at: second, picture: await at(second) });
    }
    if (scene === 0 || scene === pauseAfter + 1) continue;
    let [earlier, later] = [begin - 0.5, begin + 1.5];
    const [before, after] = [await at(earlier), await at(later)];
    while (later - earlier > 0.04) {
      const middle = (earlier + later) / 2;
      const between = await at(middle);
      if (likeness(between, after) > likeness(between, before)) later = middle;
      else earlier = middle;
    }
    seen.cuts.push(later);
  }
  return seen;
}

beforeAll(async () => {
  server = await Server.start();
  desk = await Console.open(server);
  // Small windows: no graphics card draws them here, but the cores that draw the film too.
  const screen = { width: 960, height: 540 };
  for (const hall of halls) pages.push(await Hall.open(server.hall(hall.site), hall, { screen }));
  for (const page of pages) await page.passCheck();
  await desk.openSession();
  for (const page of pages) await page.join();
  for (const { site } of halls) sites.push(await server.site(site));
});

afterAll(async () => {
  for (const page of pages) await page.close();
  await desk?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a session is recorded in many scenes", async () => {
  for (const [index, [layout, ...shown]] of scenes.entries()) {
    const cells = Array.from({ length: cellsOf[layout] }, (_, cell) => {
      const hall = shown[cell];
      return hall === undefined ? {} : { source: { type: "camera", site: sites[hall] } };
    });
    await server.command({ type: "stage_scene", scene: { layout, cells } });
    await server.command({ type: "begin_item", item: index % 2 });
    if (index === 1) await server.command({ type: "give_floor", site: sites[2] });
    for (const [cell, hall] of shown.entries()) await desk.sees(colours[hall] ?? "red", cell);
    const since = Date.now();
    await until("some seconds of it on record", () => Date.now() - since > secondsOnRecord * 1000);
    if (index !== pauseAfter) continue;
    await desk.stopRecording();
    await desk.startRecording();
  }
  await server.command({ type: "end" });
  film = await until("the one film", async () => {
    const answer = await desk.page.request.get(`${server.links.base}/api/meetings/${server.links.meeting}`);
    const { recordings } = (await answer.json()) as {
      recordings: { id: number; state: string; file: string }[];
    };
    return recordings.length === 1 && recordings[0]?.state === "ready" ? recordings[0] : undefined;
  });
  length = (await watch(desk.page, filmUrl(), 0, [])).duration;
  begins = await scenesBegin();
  expect(begins.length).toBe(scenes.length + 1);
  before = await look(begins);
}, 240_000);

test("the film is lost and made anew: it shows the same at the same times", async () => {
  rmSync(stored(film.file));
  const { code, out, err } = await render("--out", "anew.mp4");
  expect(`${err}${code}`, out).toBe("0");
  console.log(`FIGURE ${out.trim().split("\n").at(-2)}`);
  expect(readFileSync(join(folder, "anew.vtt"), "utf8")).toContain("Tam Đường");
  putInPlace("anew.mp4");
  expect((await watch(desk.page, filmUrl(), 0, [])).duration).toBeCloseTo(length, 0);
  const after = await look(begins);
  const offsets = before.cuts.map((cut, i) => Math.round(((after.cuts[i] ?? 0) - cut) * 1000));
  const commanded = begins.slice(1, -1).filter((_, i) => i !== pauseAfter);
  const late = (cuts: readonly number[]) =>
    cuts.map((cut, i) => Math.round((cut - (commanded[i] ?? 0)) * 1000));
  console.log(
    `FIGURE cuts after what was commanded, ms: film ${late(before.cuts)}, anew ${late(after.cuts)}`,
  );
  const differing = before.instants.flatMap(({ at, picture: expected }, i) => {
    const anew = after.instants[i]?.picture ?? [];
    const { same, coloured } = alike(expected, anew, colours);
    if (coloured > 40 && same / coloured > 0.97) return [];
    return [`${at.toFixed(2)} s: ${same} of ${coloured}: ${shown(expected)}, anew ${shown(anew)}`];
  });
  const shows = (colour: string) => colours.includes(colour as (typeof colours)[number]);
  expect(before.instants.filter(({ picture }) => picture.some(shows)).length).toBeGreaterThan(50);
  console.log(
    `FIGURE render: ${before.instants.length - differing.length} of ${before.instants.length} instants alike`,
  );
  expect(differing).toEqual([]);
  expect(Math.max(...offsets.map(Math.abs))).toBeLessThan(500);
  const heard = await watch(desk.page, filmUrl(), length / 2 - 4, [1900]);
  expect(heard.pitches[1900]).toBeGreaterThan(-60);
}, 240_000);

test("it is made in another layout", async () => {
  const { code, out, err } = await render("--layout", "single", "--out", "single.mp4");
  expect(`${err}${code}`, out).toBe("0");
  putInPlace("single.mp4");
  const last = await watch(desk.page, filmUrl(), length - 1.5, []);
  expect(last.colour).toBe("red");
});

test("what is missing is told and has a slate, and without anything there is no film", async () => {
  const copies = stored(`${server.links.meeting}-copies`);
  for (const file of readdirSync(copies)) if (file.startsWith(`${sites[1]}-`)) rmSync(join(copies, file));
  const without = await render("--out", "without.mp4");
  expect(`${without.err}${without.code}`).toBe("2");
  expect(without.out).toContain("! Sìn Hồ: không có hình được giữ lại");
  expect(without.out).not.toContain("! Tam Đường");
  const again = await render("--out", "without.mp4");
  expect(again.code).toBe(1);
  expect(again.err).toContain("without.mp4: đã có");
  renameSync(copies, `${copies}-elsewhere`);
  const none = await render("--out", "none.mp4");
  expect(none.code).toBe(1);
  expect(none.err).toContain("không có bản gốc nào");
  expect(existsSync(join(folder, "none.mp4"))).toBe(false);
  expect((await render("--layout", "mosaic")).code).toBe(1);
});
