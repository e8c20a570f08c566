// The lines of JSON of one run as a table in Markdown, with what ours costs beside Janus and the floor.
import { readFileSync } from "node:fs";

const lines = readFileSync(process.argv[2], "utf8").trim().split("\n").map((line) => JSON.parse(line));
const floor = lines.find((line) => line.case === "floor");
const measured = lines.filter((line) => line.case !== "floor");

const times = Object.entries(floor.us_per_packet_at_times).map(([name, cost]) => `${name} ${cost}`);
console.log(`\nFloor: ${floor.us_per_packet} µs a packet to one receiver, ${floor.us_per_packet_100_receivers} to 100; at its times: ${times.join(", ")}.\n`);
console.log("| case | server | µs a packet | of Janus | of the floor | of the floor at its times | delay p50, p99, max ms | lost | kB a viewer | join median, max ms |");
console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
for (const line of measured) {
  const janus = measured.find((other) => other.case === line.case && other.server === "janus");
  const ratio = (base) => (base ? (line.us_per_packet / base).toFixed(2) : "");
  const delay = line.delay_ms;
  const cells = [
    line.case,
    line.server,
    line.us_per_packet,
    line === janus ? "" : ratio(janus?.us_per_packet),
    ratio(floor.us_per_packet),
    ratio(floor.us_per_packet_at_times[line.case]),
    `${delay.p50}, ${delay.p99}, ${delay.max}`,
    `${line.lost} of ${line.received + line.lost}`,
    line.kb_per_viewer,
    line.join_ms ? `${line.join_ms.median}, ${line.join_ms.max}` : "",
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
