import { afterAll, beforeAll, expect, test } from "vitest";
import { brokenFilm, makeFilm } from "./film.ts";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { press } from "./press.ts";
import { watch } from "./recording.ts";
import { audible } from "./senses.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

// The main site and two district halls in real browsers; each shows a colour and sounds a pitch of its own.
const main = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const sinHo = { site: "Sìn Hồ", colour: "red", pitch: 1100 } as const;
const tamDuong = { site: "Tam Đường", colour: "green", pitch: 1900 } as const;
const filmPitch = 2700;

let film: string;
let server: Server;
let desk: Console;
const halls: Record<string, Hall> = {};

beforeAll(async () => {
  film = makeFilm(filmPitch, 60); // it is stopped before its end, on a slow machine too
  server = await Server.start();
  desk = await Console.open(server);
  for (const hall of [main, sinHo, tamDuong])
    halls[hall.site] = await Hall.open(server.hall(hall.site), hall, {
      screen: { width: 1366, height: 768 },
    });
});

afterAll(async () => {
  for (const hall of Object.values(halls)) await hall.close();
  await desk?.close();
  await server?.close();
});

const hall = (of: { site: string }): Hall => halls[of.site] as Hall;

test("halls pass the check and wait until the session is opened", async () => {
  for (const one of Object.values(halls)) {
    await one.passCheck();
    expect(await one.page.getByRole("button", { name: "Vào phòng họp" }).isDisabled()).toBe(true);
  }
  await desk.openSession();
  for (const one of Object.values(halls)) {
    expect(await one.lineMadeReady(), "nobody sees it yet").toBe(0);
    await one.join();
  }
});

test("everybody sees the hall that the operator puts on stage, and not the one before", async () => {
  await desk.putOnStage("sin ho");
  await hall(main).sees("red");
  await hall(tamDuong).sees("red");
  await desk.sees("red");
  await hall(sinHo).sees("red"); // its own camera
  await desk.putOnStage("tam duong");
  await hall(main).sees("green");
  await hall(sinHo).sees("green");
  await desk.sees("green");
});

test("an open microphone is heard by all others, a closed one by nobody", async () => {
  await desk.openMicrophone("Sìn Hồ");
  await hall(main).hears([sinHo.pitch], [main.pitch, tamDuong.pitch]);
  await hall(tamDuong).hears([sinHo.pitch], [main.pitch, tamDuong.pitch]);
  await hall(sinHo).hears([], [sinHo.pitch]);
  await desk.closeMicrophone("Sìn Hồ");
  await hall(main).hears([], [sinHo.pitch]);
});

test("a hall asks for the floor and gets it: its microphone opens and it is on stage", async () => {
  await hall(tamDuong).raiseHand();
  await desk.page.getByText("Mời", { exact: false }).first().waitFor();
  await desk.putOnStage("ubnd tinh");
  await hall(sinHo).sees("blue");
  await desk.page.keyboard.press("f");
  await hall(sinHo).sees("green");
  await hall(sinHo).hears([tamDuong.pitch]);
  await hall(tamDuong).page.getByText("ĐẾN LƯỢT PHÁT BIỂU").waitFor();
  await desk.page.keyboard.press("t");
  await hall(sinHo).hears([], [tamDuong.pitch]);
});

test("a film is played to all, paused and stopped", async () => {
  await desk.addFilm(server, film);
  await desk.playFilm();
  for (const one of [main, sinHo, tamDuong]) await hall(one).sees("yellow");
  await hall(sinHo).hears([filmPitch]);
  await press(desk.page.getByRole("button", { name: "Tạm dừng" }));
  await hall(sinHo).hears([], [filmPitch]);
  await hall(sinHo).sees("yellow");
  await press(desk.page.getByRole("button", { name: "Chiếu tiếp" }));
  await hall(tamDuong).hears([filmPitch]);
  await press(
    desk.page.getByRole("group", { name: "phim" }).getByRole("button", { name: "Dừng", exact: true }),
  );
  await hall(sinHo).hears([], [filmPitch]);
});

test("a film that is none is refused when it is added, and the session goes on", async () => {
  await expect(desk.addFilm(server, brokenFilm(), "hong.mp4")).rejects.toThrow("clip.no_film");
  await desk.putOnStage("sin ho");
  await hall(main).sees("red");
});

test("the recording is stopped and started again", async () => {
  await desk.stopRecording();
  await desk.startRecording();
});

test("the ended session is on record: the film of it plays and seeks, with the right halls seen and heard", async () => {
  // What is on stage last is known: Sìn Hồ, alone, speaking.
  await desk.putOnStage("sin ho");
  await hall(main).sees("red");
  await desk.openMicrophone("Sìn Hồ");
  await hall(main).hears([sinHo.pitch]);
  const heardAt = Date.now();
  await until("some seconds of the hall on record", () => Date.now() - heardAt > 4000);
  await desk.end();
  for (const one of Object.values(halls)) await one.page.getByText("Phiên họp đã kết thúc").waitFor();

  const recording = await until("the finished recording", async () => {
    const answer = await desk.page.request.get(`${server.links.base}/api/meetings/${server.links.meeting}`);
    const { recordings, meeting } = (await answer.json()) as {
      recordings: { id: number; state: string }[];
      meeting: { state: string };
    };
    expect(meeting.state).toBe("ended");
    // Both parts are joined to one film.
    const [film] = recordings;
    return recordings.length === 1 && film?.state === "ready" ? film : undefined;
  });
  const url = `${server.links.base}/api/recordings/${recording.id}/file`;
  const { duration } = await watch(desk.page, url, 0, []);
  const last = await watch(desk.page, url, duration - 2.5, [sinHo.pitch, main.pitch]);
  expect(last.colour).toBe("red");
  expect(last.pitches[sinHo.pitch]).toBeGreaterThan(audible);
  expect(last.pitches[main.pitch]).toBeLessThan(audible);
});
