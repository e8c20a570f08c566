import { afterAll, beforeAll, expect, test } from "vitest";
import { Namespace } from "./namespace.ts";
import { Hall } from "./pages/Hall.ts";
import { audible } from "./senses.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";
import { Webrtcbin } from "./webrtcbin.ts";

// The main site in a browser; Sìn Hồ by an encoder, a screen by a player: both GStreamer, both over HTTP. Nobody sits at a
// console: a script directs the session.
const main = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const sinHo = { site: "Sìn Hồ", colour: "red", pitch: 1100 } as const;

let network: Namespace;
let server: Server;
let hall: Hall;
let encoder: Webrtcbin;
let player: Webrtcbin;

async function command(body: object): Promise<number> {
  const { url, token } = server.links.commands;
  return (await server.ask("POST", url, token, "application/json", JSON.stringify(body))).status;
}

async function putOnStage(site: string): Promise<void> {
  const cells = [{ source: { type: "camera", site: await server.site(site) } }];
  expect(await command({ type: "stage_scene", scene: { layout: "single", cells } })).toBe(204);
}

beforeAll(async () => {
  network = new Namespace();
  server = await Server.start();
  hall = await Hall.open(server.hall(main.site), main);
  await hall.passCheck();
  expect(await command({ type: "open" })).toBe(204);
  await hall.join();
});

afterAll(async () => {
  await encoder?.close();
  await player?.close();
  await hall?.close();
  await server?.close();
  network?.close();
});

test("an encoder joins as a hall, a script puts it on stage and opens its microphone: a browser sees and hears it", async () => {
  encoder = await Webrtcbin.publish(server, network, server.whip(sinHo.site), "e00000", sinHo.pitch);
  await putOnStage(sinHo.site);
  await hall.sees("red");
  await hall.hears([], [sinHo.pitch]);
  expect(await command({ type: "open_microphone", site: await server.site(sinHo.site) })).toBe(204);
  await hall.hears([sinHo.pitch]);
});

test("a player sees and hears what is on stage, also after a cut", async () => {
  player = await Webrtcbin.watch(server, network, server.links.whep, sinHo.pitch);
  await until("red at the player", () => player.colour === "red");
  await until("the encoder's tone at the player", () => player.tone > audible);
  await putOnStage(main.site);
  await until("blue at the player", () => player.colour === "blue");
  expect(await command({ type: "close_microphone", site: await server.site(sinHo.site) })).toBe(204);
  await putOnStage(sinHo.site);
  await until("red at the player again", () => player.colour === "red");
});

test("wrong tokens, broken offers and what is over are answered as specified", async () => {
  const whip = server.whip(sinHo.site);
  const wrong = await server.ask("POST", whip.url, "wrong", "application/sdp", "v=0");
  expect(wrong.status).toBe(401);
  expect(wrong.headers["www-authenticate"]).toContain('error="invalid_token"');
  expect((await server.ask("POST", whip.url, server.links.whep.token, "application/sdp", "v=0")).status).toBe(
    403,
  );
  const broken = await server.ask("POST", whip.url, whip.token, "application/sdp", "v=0");
  expect(broken.status).toBe(400);
  expect(broken.headers["content-type"]).toBe("application/problem+json");
  await hall.sees("red"); // what was refused has disturbed nobody

  expect(await encoder.delete()).toBe(200);
  expect(await encoder.delete()).toBe(404);
  expect(await command({ type: "open_microphone", site: await server.site(sinHo.site) })).toBe(409); // it has left
  expect(await command({ type: "end" })).toBe(204);
  expect(await player.delete()).toBe(404); // gone with the session
  await hall.page.getByText("Phiên họp đã kết thúc").waitFor();
});
