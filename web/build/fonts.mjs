// Makes shared/fonts/ from @fontsource/be-vietnam-pro: `npm run fonts`, after an update of that package.
//
// The package's .woff2 carry hints for screens of the last century and are half as large again as its .woff, which do not.
// What a hall loads is the table data of those .woff, packed as WOFF2.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { compress } from "wawoff2";

const from = fileURLToPath(new URL("../node_modules/@fontsource/be-vietnam-pro/", import.meta.url));
const to = fileURLToPath(new URL("../shared/fonts/", import.meta.url));

const headerSize = 12;
const entrySize = 16;

/** The plain font inside of a WOFF 1 file (W3C WOFF File Format 1.0, 3 to 5). */
function unpack(woff) {
  const count = woff.readUInt16BE(12);
  const tables = Array.from({ length: count }, (_, index) => {
    const entry = 44 + index * 20;
    const [offset, packed, size, checksum] = [4, 8, 12, 16].map((at) => woff.readUInt32BE(entry + at));
    const bytes = woff.subarray(offset, offset + packed);
    return {
      tag: woff.subarray(entry, entry + 4),
      checksum,
      bytes: packed < size ? inflateSync(bytes) : bytes,
    };
  });
  const power = 2 ** Math.floor(Math.log2(count));
  const header = Buffer.alloc(headerSize);
  woff.copy(header, 0, 4, 8);
  header.writeUInt16BE(count, 4);
  header.writeUInt16BE(power * 16, 6);
  header.writeUInt16BE(Math.log2(power), 8);
  header.writeUInt16BE((count - power) * 16, 10);
  let offset = headerSize + count * entrySize;
  const entries = [];
  const bodies = [];
  for (const { tag, checksum, bytes } of tables) {
    const entry = Buffer.alloc(entrySize);
    tag.copy(entry);
    entry.writeUInt32BE(checksum, 4);
    entry.writeUInt32BE(offset, 8);
    entry.writeUInt32BE(bytes.length, 12);
    entries.push(entry);
    const padded = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
    bytes.copy(padded);
    bodies.push(padded);
    offset += padded.length;
  }
  return Buffer.concat([header, ...entries, ...bodies]);
}

mkdirSync(to, { recursive: true });
for (const weight of [400, 600, 700])
  for (const script of ["latin", "vietnamese"]) {
    const woff = readFileSync(`${from}files/be-vietnam-pro-${script}-${weight}-normal.woff`);
    const woff2 = await compress(unpack(woff));
    writeFileSync(`${to}${script}-${weight}.woff2`, woff2);
  }
copyFileSync(`${from}LICENSE`, `${to}LICENSE`);
