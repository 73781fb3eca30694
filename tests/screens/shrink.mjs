// Makes PNG files small: 64 colours are enough for words and buttons. The files are the arguments.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const UPNG = createRequire(import.meta.url)("upng-js");
for (const path of process.argv.slice(2)) {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  const picture = UPNG.decode(buffer.slice(byteOffset, byteOffset + byteLength));
  const frames = UPNG.toRGBA8(picture);
  writeFileSync(path, Buffer.from(UPNG.encode(frames, picture.width, picture.height, 64)));
}
