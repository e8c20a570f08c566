// clang-tidy over our sources, two at a time; a file that has passed is not looked at again until it, one of our headers
// that it includes, or the rules change. Usage: node tests/tidy.mjs BUILD-FOLDER
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const build = resolve(process.argv[2] ?? "build");
const run = (command, ...words) => execFileSync(command, words, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });

const sources = run("git", "ls-files", "scheduler/*.cpp", "media/*.cpp", "server/*.cpp").trim().split("\n");
const read = new Map();
const content = (file) => read.get(file) ?? read.set(file, readFileSync(file)).get(file);

// "CMakeFiles/media.dir/media/stage/slot.cpp.o: #deps 97, …" and then a line for each file that it was made of.
const included = new Map();
for (const block of run("ninja", "-C", build, "-t", "deps").split("\n\n")) {
  const [head = "", ...lines] = block.split("\n");
  const source = /\.dir\/(.+)\.o:/.exec(head)?.[1];
  const own = lines.map((line) => resolve(build, line.trim())).filter((file) => file.startsWith(`${root}/`) && !file.startsWith(`${build}/`));
  if (source) included.set(source, own.sort());
}

function stateOf(source) {
  const hash = createHash("sha256").update(content(join(root, ".clang-tidy")));
  for (const file of [join(root, source), ...(included.get(source) ?? [])]) hash.update(relative(root, file)).update(content(file));
  return hash.digest("hex");
}

const wanting = sources.filter((source) => {
  const stamp = join(build, "tidy", source);
  return !existsSync(stamp) || readFileSync(stamp, "utf8") !== stateOf(source);
});
let failed = 0;
async function work() {
  for (let source = wanting.shift(); source; source = wanting.shift()) {
    const tidy = spawn("clang-tidy", ["-p", build, "--quiet", source], { cwd: root, stdio: ["ignore", "inherit", "ignore"] });
    const code = await new Promise((done) => tidy.on("close", done));
    const stamp = join(build, "tidy", source);
    mkdirSync(dirname(stamp), { recursive: true });
    if (code === 0) writeFileSync(stamp, stateOf(source));
    else {
      rmSync(stamp, { force: true });
      failed += 1;
    }
  }
}
await Promise.all([work(), work()]);
process.exit(failed ? 1 : 0);
